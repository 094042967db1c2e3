package dev.cistern.populate.http;

import dev.cistern.populate.http.TransportException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/// TLS over a blocking socket, one thread at a time.
///
/// Received records are stored where the engine processes them. They are decrypted directly into the caller's buffer
/// when it has space for a whole record.
final class TlsChannel implements ByteChannel, Watchdog.Watched {
    private final SocketChannel socket;
    private final SSLEngine engine;
    private final Buffers buffers;
    private final Consumer<TlsChannel> onClose;
    private final Origin origin;
    private final ByteBuffer in;
    private final ByteBuffer out;

    /// Decrypted bytes that did not fit into the caller's buffer; readable between position and limit.
    private final ByteBuffer spare;

    private volatile long waitingSince;
    private volatile boolean timedOut;
    private boolean closed;

    /// Buffers for a connection's records.
    record Buffers(ByteBuffer in, ByteBuffer out, ByteBuffer spare) {
        /// @param direct whether to use direct buffers
        static Buffers of(SSLEngine engine, boolean direct) {
            int packet = engine.getSession().getPacketBufferSize();
            return new Buffers(
                    buffer(Math.max(128 * 1024, packet), direct),
                    buffer(packet, direct),
                    buffer(record(engine), direct));
        }

        /// Space sufficient to decrypt any record: BoringSSL's engine requires the encrypted size.
        private static int record(SSLEngine engine) {
            return Math.max(
                    engine.getSession().getApplicationBufferSize(),
                    engine.getSession().getPacketBufferSize());
        }

        private static ByteBuffer buffer(int bytes, boolean direct) {
            return direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
        }
    }

    /// @param onClose called once, when engine and buffers are no longer used
    TlsChannel(
            SocketChannel socket,
            SSLEngine engine,
            Buffers buffers,
            Origin origin,
            Consumer<TlsChannel> onClose) {
        this.socket = socket;
        this.engine = engine;
        this.buffers = buffers;
        this.onClose = onClose;
        this.origin = origin;
        this.in = buffers.in.clear().limit(0);
        this.out = buffers.out.clear();
        this.spare = buffers.spare.clear().limit(0);
    }

    SSLEngine engine() {
        return engine;
    }

    Buffers buffers() {
        return buffers;
    }

    void handshake() throws TransportException {
        waitingSince = System.nanoTime();
        try {
            engine.beginHandshake();
            ByteBuffer nothing = ByteBuffer.allocate(0);
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case FINISHED, NOT_HANDSHAKING -> {
                        return;
                    }
                    case NEED_TASK -> tasks();
                    case NEED_WRAP -> wrap(nothing);
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        spare.clear();
                        int n = unwrapSome(spare);
                        spare.flip();
                        if (n < 0) {
                            throw new IOException("the peer closed the connection");
                        }
                    }
                }
                waitingSince = System.nanoTime();
            }
        } catch (SSLException e) {
            throw new TransportException(
                    Kind.TLS, "TLS handshake with " + origin + " failed: " + said(e), e);
        } catch (IOException e) {
            throw new TransportException(
                    timedOut ? Kind.STALLED : Kind.CONNECT,
                    "TLS handshake with " + origin + " did not end: " + e.getMessage(),
                    e);
        } finally {
            waitingSince = 0;
        }
    }

    /// The message of the exception or its cause.
    private static String said(SSLException e) {
        Throwable told = e;
        while (told.getCause() != null && told.getCause() != told) {
            told = told.getCause();
        }
        return String.valueOf(told.getMessage());
    }

    private void tasks() {
        for (Runnable task = engine.getDelegatedTask();
                task != null;
                task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /// Sends until the engine has no more handshake data: after an alert about the peer's certificate the next call
    /// reports the problem.
    private int wrap(ByteBuffer plain) throws IOException {
        int consumed = 0;
        SSLEngineResult result;
        do {
            out.clear();
            result = engine.wrap(plain, out);
            if (result.getStatus() == SSLEngineResult.Status.CLOSED && out.position() == 0) {
                throw new SSLException("closed");
            }
            out.flip();
            while (out.hasRemaining()) {
                socket.write(out);
            }
            consumed += result.bytesConsumed();
        } while (result.getStatus() == SSLEngineResult.Status.OK
                && result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP);
        return consumed;
    }

    /// Decrypts at least one record into `target`, receiving as needed, and further received ones that fit. Returns the
    /// number of bytes, or -1 at the end.
    private int unwrapSome(ByteBuffer target) throws IOException {
        while (true) {
            int length = Records.whole(in, target.remaining());
            if (length > 0) {
                int limit = in.limit();
                in.limit(in.position() + length);
                SSLEngineResult result;
                try {
                    result = engine.unwrap(in, target);
                } finally {
                    in.limit(limit);
                }
                switch (result.getStatus()) {
                    case OK -> {
                        follow(result.getHandshakeStatus());
                        return result.bytesProduced();
                    }
                    case CLOSED -> {
                        // Data before the peer's close_notify may have been decrypted with it.
                        return result.bytesProduced() > 0 ? result.bytesProduced() : -1;
                    }
                    case BUFFER_OVERFLOW ->
                            throw new SSLException("a record larger than TLS allows");
                    case BUFFER_UNDERFLOW -> {}
                }
            }
            if (engine.isInboundDone()) {
                return -1;
            }
            in.compact();
            if (!in.hasRemaining()) {
                throw new SSLException("what came holds no record of TLS");
            }
            int n = socket.read(in);
            in.flip();
            if (n < 0) {
                // Without close_notify this is a cut, which the HTTP framing will report.
                return -1;
            }
        }
    }

    /// Handshakes, key updates of TLS 1.3 and renegotiations of 1.2 require a response.
    private void follow(SSLEngineResult.HandshakeStatus status) throws IOException {
        SSLEngineResult.HandshakeStatus next = status;
        if (next == SSLEngineResult.HandshakeStatus.NEED_TASK) {
            tasks();
            next = engine.getHandshakeStatus();
        }
        if (next == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
            wrap(ByteBuffer.allocate(0));
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int record = spare.capacity();
        int before = target.position();
        while (target.hasRemaining()) {
            if (spare.hasRemaining()) {
                int n = Math.min(spare.remaining(), target.remaining());
                target.put(target.position(), spare, spare.position(), n);
                target.position(target.position() + n);
                spare.position(spare.position() + n);
                continue;
            }
            // Also return data that was already received; do not wait for more once there is some.
            if (target.position() > before && Records.whole(in, record) == 0) {
                break;
            }
            int n;
            if (target.remaining() >= record) {
                n = unwrapSome(target);
            } else {
                spare.clear();
                n = unwrapSome(spare);
                spare.flip();
            }
            if (n < 0) {
                return target.position() > before ? target.position() - before : -1;
            }
        }
        return target.position() - before;
    }

    @Override
    public int write(ByteBuffer plain) throws IOException {
        int written = 0;
        while (plain.hasRemaining()) {
            written += wrap(plain);
        }
        return written;
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
        // Do not send close_notify: a peer that does not read would block it, and no request
        // depends on it.
        socket.close();
        if (!closed) {
            closed = true;
            onClose.accept(this);
        }
    }

    @Override
    public long waitingSinceNanos() {
        return waitingSince;
    }

    @Override
    public void abortWait(String why) {
        timedOut = true;
        try {
            socket.close();
        } catch (IOException e) {
            return;
        }
    }
}
