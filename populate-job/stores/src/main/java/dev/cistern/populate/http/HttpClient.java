package dev.cistern.populate.http;

import dev.cistern.populate.http.TransportException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Exchanges requests for responses over kept-alive connections.
///
/// Any number of threads may use it; each exchange has a connection of its own. The number of connections is the
/// number of threads that are in an exchange, so whoever bounds the threads bounds connections and buffers. At most as
/// many are kept idle as were in use at a time.
public final class HttpClient implements Closeable {
    /// Servers and balancers drop idle connections after 20 s and more.
    private static final long MAX_IDLE_NANOS = 15_000_000_000L;

    private static final int REQUEST_TIMEOUT = 408;

    /// What a proxy answers for itself: not let in, the origin not reached, not in time.
    private static final Set<Integer> PROXY_STATUS = Set.of(407, 502, 504);

    /// Bounds on what a client does.
    ///
    /// @param connectMillis for one address
    /// @param readMillis for the next byte of an answer that has begun, and the waiting that its rate is taken over
    /// @param firstByteMillis for the first byte of an answer; twice as much when that turned out too short
    /// @param buffers for the answers; other clients may share them
    /// @param proxies that lead to origins
    public record Settings(
            int connectMillis,
            int readMillis,
            int firstByteMillis,
            BufferPool buffers,
            Proxies proxies) {
        /// One limit for all bytes, and no proxies.
        public Settings(int connectMillis, int readMillis, BufferPool buffers) {
            this(connectMillis, readMillis, readMillis, buffers, Proxies.NONE);
        }
    }

    /// Turns a response into a result.
    ///
    /// @param <T> of the result
    /// @param <E> what it may fail with besides I/O
    @FunctionalInterface
    public interface Handler<T, E extends Exception> {
        /// Called once per exchange, on the caller's thread.
        T handle(ResponseHead head, Body body) throws IOException, E;
    }

    private final Settings settings;
    private final Watchdog watchdog;
    private final Connector connector;
    private final Deque<HttpConnection> idle = new ArrayDeque<>();
    private boolean closed;

    public HttpClient(Settings settings, Tls tls) {
        this.settings = settings;
        this.watchdog = new Watchdog(settings.readMillis(), settings.firstByteMillis());
        this.connector = new Connector(settings, tls, watchdog);
    }

    /// One exchange of an idempotent request.
    ///
    /// A kept-alive connection may be closed by the peer just as it is used again. When that happens before a byte of the
    /// answer came, the request is sent once more on a new connection; so it is when the peer said meanwhile that it would close it.
    ///
    /// @param headOnly whether the request is a `HEAD`, whose answer has no body
    /// @throws TransportException when no whole answer came
    /// @throws IOException when the handler's sink failed
    public <T, E extends Exception> T exchange(
            Origin origin, byte[] request, boolean headOnly, Handler<T, E> handler)
            throws IOException, E {
        ByteBuffer buffer = settings.buffers().take();
        try {
            return exchange(origin, request, buffer, headOnly, handler);
        } finally {
            settings.buffers().give(buffer);
        }
    }

    private <T, E extends Exception> T exchange(
            Origin origin,
            byte[] request,
            ByteBuffer buffer,
            boolean headOnly,
            Handler<T, E> handler)
            throws IOException, E {
        HttpConnection reused = takeIdle(origin);
        if (reused != null) {
            ResponseHead head = null;
            try {
                head = reused.exchange(request, buffer);
            } catch (TransportException e) {
                boolean race = e.kind() == Kind.CUT && !reused.answered();
                reused.close();
                if (!race) {
                    throw e;
                }
            }
            if (head != null && head.status() == REQUEST_TIMEOUT) {
                // Said while the connection was idle, and read as the answer to what was asked
                // since.
                reused.close();
            } else if (head != null) {
                return finish(reused, head, headOnly, handler);
            }
        }
        HttpConnection fresh = connector.connect(origin);
        ResponseHead head;
        try {
            head = fresh.exchange(request, buffer);
        } catch (TransportException e) {
            fresh.close();
            throw e;
        }
        return finish(fresh, head, headOnly, handler);
    }

    private <T, E extends Exception> T finish(
            HttpConnection connection, ResponseHead head, boolean headOnly, Handler<T, E> handler)
            throws IOException, E {
        boolean reusable = false;
        try {
            ProxyServer proxy = connection.proxy();
            if (proxy != null && PROXY_STATUS.contains(head.status())) {
                throw proxy.refused(connection.origin(), head.status());
            }
            Body body = framed(connection, head, headOnly);
            T result = handler.handle(head, body);
            reusable = body.consumed() && head.keepsAlive() && !connection.hasLeftover();
            return result;
        } finally {
            if (reusable) {
                putIdle(connection);
            } else {
                connection.close();
            }
        }
    }

    private static Body framed(HttpConnection connection, ResponseHead head, boolean headOnly)
            throws TransportException {
        try {
            return Body.of(connection, head, headOnly);
        } catch (IllegalArgumentException e) {
            throw connection.protocol(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable HttpConnection takeIdle(Origin origin) {
        long now = System.nanoTime();
        while (true) {
            HttpConnection stale = null;
            HttpConnection found = null;
            synchronized (idle) {
                for (Iterator<HttpConnection> all = idle.iterator();
                        all.hasNext() && found == null; ) {
                    HttpConnection connection = all.next();
                    if (connection.origin().equals(origin)) {
                        found = connection;
                        all.remove();
                    }
                }
                if (found != null
                        && (now - found.idleSince() > MAX_IDLE_NANOS || found.timedOut())) {
                    stale = found;
                }
            }
            if (stale == null) {
                return found;
            }
            stale.close();
        }
    }

    private void putIdle(HttpConnection connection) {
        connection.idleSince(System.nanoTime());
        boolean keep;
        synchronized (idle) {
            keep = !closed;
            if (keep) {
                idle.addFirst(connection);
            }
        }
        if (!keep) {
            connection.close();
        }
    }

    /// Closes all connections; exchanges under way fail.
    @Override
    public void close() {
        synchronized (idle) {
            closed = true;
            idle.forEach(HttpConnection::close);
            idle.clear();
        }
        watchdog.close();
        watchdog.abortAll();
    }
}
