package dev.cistern.populate.http;

import dev.cistern.populate.http.TransportException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A connection: sends a request, reads a response head, then the body, all through a borrowed direct buffer.
///
/// Used by one thread at a time; only [#abortWait] may be called by another.
final class HttpConnection implements Closeable, Watchdog.Watched {
    /// Heads of S3 are below 2 KiB; user metadata adds up to 2 KiB more.
    private static final int MAX_HEAD_BYTES = 32 * 1024;

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    /// Progress is updated at least twice a second, and received data is passed on, however slowly the network fills
    /// the buffer.
    private static final long SLOW_NANOS = 200_000_000L;

    /// Data passed on early consists of whole pages, so that the rest also begins at a page boundary.
    private static final int PAGE_BYTES = 4096;

    private final Origin origin;
    private final @Nullable ProxyServer proxy;
    private final SocketChannel socket;
    private final ByteChannel channel;
    private final Watchdog watchdog;

    /// Bytes received and not yet consumed are between `consumed` and `received`.
    private ByteBuffer buffer;

    private int consumed;
    private int received;
    private byte[] headBytes = new byte[2048];
    private volatile long waitingSince;
    private final AtomicReference<@Nullable String> timedOut = new AtomicReference<>();
    private final BodyProgress body = new BodyProgress();
    private volatile boolean answered;
    private boolean headRead;
    private long idleSinceNanos;

    /// @param proxy that forwards each request; null where the channel leads to the origin
    /// @param channel the socket itself, or a TLS channel on it
    HttpConnection(
            Origin origin,
            @Nullable ProxyServer proxy,
            SocketChannel socket,
            ByteChannel channel,
            Watchdog watchdog) {
        this.origin = origin;
        this.proxy = proxy;
        this.socket = socket;
        this.channel = channel;
        this.buffer = NONE;
        this.watchdog = watchdog;
        watchdog.add(this);
    }

    Origin origin() {
        return origin;
    }

    /// Null where the channel leads to the origin.
    @Nullable ProxyServer proxy() {
        return proxy;
    }

    private String peer() {
        return proxy == null ? origin.toString() : proxy.toString();
    }

    /// Whether a byte of the current exchange's response was received.
    boolean answered() {
        return answered;
    }

    boolean timedOut() {
        return timedOut.get() != null;
    }

    void idleSince(long nanos) {
        idleSinceNanos = nanos;
    }

    long idleSince() {
        return idleSinceNanos;
    }

    /// Sends a request and reads the response head; interim responses are skipped.
    ///
    /// @param lent buffer for this exchange, until its body is read
    ResponseHead exchange(byte[] written, ByteBuffer lent) throws TransportException {
        byte[] request = proxy == null ? written : proxy.forwarded(written, origin);
        buffer = lent;
        answered = false;
        headRead = false;
        consumed = 0;
        received = 0;
        buffer.clear();
        waitingSince = System.nanoTime();
        try {
            // Use the direct buffer: a heap buffer would be copied into one anyway.
            int sent = 0;
            while (sent < request.length) {
                int n = Math.min(request.length - sent, buffer.capacity());
                buffer.clear().put(request, sent, n).flip();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                sent += n;
            }
        } catch (IOException e) {
            throw failed("sending the request", e);
        } finally {
            waitingSince = 0;
        }
        buffer.clear();
        for (int interim = 0; interim < 8; interim++) {
            ResponseHead head = head();
            if (head.status() >= 200) {
                headRead = true;
                body.begin();
                return head;
            }
            if (head.status() == 101) {
                break;
            }
        }
        throw protocol("interim answers without end");
    }

    /// Start of the empty line that the line feed at `at` ends; -1 when that line is not empty. Lines end with a
    /// carriage return and a line feed, or a line feed alone.
    private int emptyLine(int at) {
        int begin = at > consumed && buffer.get(at - 1) == '\r' ? at - 1 : at;
        return begin > consumed && buffer.get(begin - 1) == '\n' ? begin : -1;
    }

    private ResponseHead head() throws TransportException {
        int scanned = consumed;
        while (true) {
            while (scanned < received) {
                byte last = buffer.get(scanned);
                int empty = last == '\n' ? emptyLine(scanned) : -1;
                if (empty < 0) {
                    // The head cannot end at the next byte if this one does not end a line.
                    scanned += last == '\n' || last == '\r' ? 1 : 2;
                } else {
                    int end = empty - 1;
                    end -= end > consumed && buffer.get(end - 1) == '\r' ? 1 : 0;
                    int length = end - consumed;
                    if (headBytes.length < length) {
                        headBytes = new byte[length];
                    }
                    buffer.get(consumed, headBytes, 0, length);
                    consumed = scanned + 1;
                    try {
                        return ResponseHead.parse(headBytes, length);
                    } catch (IllegalArgumentException e) {
                        throw protocol(String.valueOf(e.getMessage()));
                    }
                }
            }
            if (received - consumed >= MAX_HEAD_BYTES || received == buffer.capacity()) {
                throw protocol("head longer than " + MAX_HEAD_BYTES + " bytes");
            }
            if (receive(buffer.capacity()) < 0) {
                throw cut("before the end of the answer's head");
            }
        }
    }

    /// Receives once, up to index `upTo` of the buffer. Returns -1 at the end of the stream.
    private int receive(int upTo) throws TransportException {
        buffer.limit(upTo).position(received);
        long began = System.nanoTime();
        waitingSince = began;
        try {
            int n = channel.read(buffer);
            if (n > 0) {
                received += n;
                answered = true;
            }
            if (headRead) {
                body.received(n, System.nanoTime() - began);
            }
            return n;
        } catch (IOException e) {
            throw failed("reading the answer", e);
        } finally {
            waitingSince = 0;
        }
    }

    /// Passes exactly `length` body bytes to the sink, in as few and as large pieces as the buffer allows. Bytes
    /// received before a cut are passed on before the exception is thrown.
    void readFixed(long length, BodySink sink) throws IOException {
        long remaining = length;
        while (remaining > 0) {
            if (remaining > buffer.capacity() - consumed) {
                moveToFront();
            }
            int end = consumed + (int) Math.min(remaining, buffer.capacity() - consumed);
            long since = System.nanoTime();
            while (received < end) {
                if (!receiveOrDeliver(end, sink)) {
                    throw cut(remaining - (received - consumed) + " bytes before the body's end");
                }
                long now = System.nanoTime();
                if (received < end && now - since > SLOW_NANOS) {
                    int pages = (received - consumed) / PAGE_BYTES * PAGE_BYTES;
                    deliver(pages, sink);
                    remaining -= pages;
                    since = now;
                }
            }
            remaining -= end - consumed;
            deliver(end - consumed, sink);
            if (consumed == received) {
                consumed = 0;
                received = 0;
            }
        }
    }

    /// Aligns the pieces of a large body with the buffer's start, on a page boundary.
    private void moveToFront() {
        buffer.limit(received).position(consumed);
        buffer.compact();
        received -= consumed;
        consumed = 0;
        buffer.clear();
    }

    private boolean receiveOrDeliver(int end, BodySink sink) throws IOException {
        try {
            if (receive(end) >= 0) {
                return true;
            }
        } catch (TransportException e) {
            deliver(received - consumed, sink);
            throw e;
        }
        int had = received - consumed;
        deliver(had, sink);
        consumed -= had;
        return false;
    }

    private void deliver(int length, BodySink sink) throws IOException {
        if (length > 0) {
            buffer.limit(consumed + length).position(consumed);
            sink.accept(buffer);
            consumed += length;
            buffer.limit(buffer.capacity());
        }
    }

    /// Passes everything up to the connection's end to the sink.
    void readToEnd(BodySink sink) throws IOException {
        while (true) {
            deliver(received - consumed, sink);
            consumed = 0;
            received = 0;
            if (receive(buffer.capacity()) < 0) {
                return;
            }
        }
    }

    /// The next byte of a body, 0 to 255; -1 at the end of the stream.
    int next() throws TransportException {
        if (consumed == received) {
            consumed = 0;
            received = 0;
            if (receive(buffer.capacity()) < 0) {
                return -1;
            }
        }
        return buffer.get(consumed++) & 0xff;
    }

    /// Whether there are surplus bytes that belong to no message: such a connection must not be reused.
    boolean hasLeftover() {
        return consumed != received;
    }

    TransportException protocol(String problem) {
        return new TransportException(
                Kind.PROTOCOL, peer() + " sent what is not HTTP: " + problem, null);
    }

    TransportException cut(String where) {
        return new TransportException(Kind.CUT, peer() + " closed the connection " + where, null);
    }

    private TransportException failed(String doing, IOException e) {
        String why = timedOut.get();
        if (why != null) {
            return new TransportException(Kind.STALLED, peer() + " " + why + " while " + doing, e);
        }
        return new TransportException(
                Kind.CUT, peer() + ": connection lost while " + doing + ": " + e.getMessage(), e);
    }

    @Override
    public long waitingSinceNanos() {
        return waitingSince;
    }

    @Override
    public boolean awaitsFirstByte() {
        return !answered;
    }

    @Override
    public BodyProgress body() {
        return body;
    }

    @Override
    public void abortWait(String why) {
        if (timedOut.compareAndSet(null, why)) {
            // Close only the socket: the other thread releases its own resources.
            close(socket);
        }
    }

    @Override
    public void close() {
        watchdog.remove(this);
        close(channel);
    }

    private static void close(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            // No data can be lost: everything was read before.
            return;
        }
    }
}
