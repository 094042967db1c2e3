package dev.cistern.populate.http;

import dev.cistern.populate.http.TransportException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Exchanges requests for responses over kept-alive connections.
///
/// Thread-safe; each exchange has its own connection. The number of connections equals the number of threads in an
/// exchange, so limiting threads limits connections and buffers. Idle ones are bounded, too: a store may redirect each
/// request to another host.
public final class HttpClient implements Closeable {
    /// Servers and load balancers close idle connections after 20 s or more.
    private static final long MAX_IDLE_NANOS = 15_000_000_000L;

    /// Twice the maximum number of streams: each may alternate between a store and the host that it redirects to.
    private static final int MOST_IDLE = 1024;

    private static final int REQUEST_TIMEOUT = 408;

    /// Status codes of the proxy itself: authentication required, origin unreachable, timeout.
    private static final Set<Integer> PROXY_STATUS = Set.of(407, 502, 504);

    /// Timeouts and resources of a client.
    ///
    /// @param connectMillis for one address
    /// @param readMillis for the next byte of a response, and the waiting time over which its rate is measured
    /// @param firstByteMillis for the first byte of a response; doubled after it proved too short
    /// @param buffers for responses; may be shared with other clients
    /// @param proxies to use
    public record Settings(
            int connectMillis,
            int readMillis,
            int firstByteMillis,
            BufferPool buffers,
            Proxies proxies) {
        /// One timeout for all bytes, and no proxies.
        public Settings(int connectMillis, int readMillis, BufferPool buffers) {
            this(connectMillis, readMillis, readMillis, buffers, Proxies.NONE);
        }
    }

    /// Converts a response to a result.
    ///
    /// @param <T> of the result
    /// @param <E> exception other than I/O failures
    @FunctionalInterface
    public interface Handler<T, E extends Exception> {
        /// Called once per exchange, on the caller's thread.
        T handle(ResponseHead head, Body body) throws IOException, E;
    }

    private final Settings settings;
    private final Watchdog watchdog;
    private final Connector connector;

    /// The one that was used last comes first.
    private final Deque<HttpConnection> idle = new ArrayDeque<>();

    private final int mostIdle;
    private boolean closed;

    public HttpClient(Settings settings, Tls tls) {
        this(settings, tls, MOST_IDLE);
    }

    HttpClient(Settings settings, Tls tls, int mostIdle) {
        this.settings = settings;
        this.mostIdle = mostIdle;
        this.watchdog = new Watchdog(settings.readMillis(), settings.firstByteMillis());
        this.connector = new Connector(settings, tls, watchdog);
    }

    /// One exchange of an idempotent request.
    ///
    /// The peer may close a kept-alive connection just as it is reused. If that happens before the first byte of the
    /// response, the request is sent once more on a new connection; also if the peer announced meanwhile that it would
    /// close it.
    ///
    /// @param headOnly whether the request is a `HEAD`, whose response has no body
    /// @throws TransportException when there was no complete response
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
                // Sent while the connection was idle, and read as the response to the next request.
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
            if (proxy != null && ofProxy(head)) {
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

    /// Whether an answer that came by way of a proxy is the proxy's own. Squid, of all of them, marks its errors.
    private static boolean ofProxy(ResponseHead head) {
        return PROXY_STATUS.contains(head.status())
                || (head.status() >= 400 && head.header("x-squid-error") != null);
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
        long now = System.nanoTime();
        connection.idleSince(now);
        List<HttpConnection> surplus = new ArrayList<>();
        synchronized (idle) {
            if (closed) {
                surplus.add(connection);
            } else {
                idle.addFirst(connection);
            }
            while (idle.size() > mostIdle
                    || (!idle.isEmpty() && now - idle.getLast().idleSince() > MAX_IDLE_NANOS)) {
                surplus.add(idle.removeLast());
            }
        }
        surplus.forEach(HttpConnection::close);
    }

    /// Closes all connections; exchanges in progress fail.
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
