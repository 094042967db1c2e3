package dev.cistern.populate.http;

import dev.cistern.populate.http.TransportException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/// TLS over a blocking socket, one thread at a time.
///
/// Received records are kept in a heap buffer: the JDK's AES works on arrays. They are decrypted straight into the
/// caller's buffer when it has room for a whole record.
final class TlsChannel implements ByteChannel, Watchdog.Watched {
    private final SocketChannel socket;
    private final SSLEngine engine;
    private final Origin origin;
    private final ByteBuffer in;
    private final ByteBuffer out;

    /// Decrypted bytes that did not fit where they were wanted; readable between position and limit.
    private final ByteBuffer spare;

    private volatile long waitingSince;
    private volatile boolean timedOut;

    TlsChannel(SocketChannel socket, SSLEngine engine, Origin origin) {
        this.socket = socket;
        this.engine = engine;
        this.origin = origin;
        int packet = engine.getSession().getPacketBufferSize();
        this.in = ByteBuffer.allocate(Math.max(128 * 1024, packet)).limit(0);
        this.out = ByteBuffer.allocate(packet);
        this.spare = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()).limit(0);
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
                        int n = unwrapOnce(spare);
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
                    Kind.TLS, "TLS handshake with " + origin + " failed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new TransportException(
                    timedOut ? Kind.STALLED : Kind.CONNECT,
                    "TLS handshake with " + origin + " did not end: " + e.getMessage(),
                    e);
        } finally {
            waitingSince = 0;
        }
    }

    private void tasks() {
        for (Runnable task = engine.getDelegatedTask();
                task != null;
                task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private int wrap(ByteBuffer plain) throws IOException {
        out.clear();
        SSLEngineResult result = engine.wrap(plain, out);
        if (result.getStatus() == SSLEngineResult.Status.CLOSED && out.position() == 0) {
            throw new SSLException("closed");
        }
        out.flip();
        while (out.hasRemaining()) {
            socket.write(out);
        }
        return result.bytesConsumed();
    }

    /// Decrypts one record into `target`, receiving as needed; the number of bytes, or -1 at the end.
    private int unwrapOnce(ByteBuffer target) throws IOException {
        while (true) {
            if (in.hasRemaining()) {
                SSLEngineResult result = engine.unwrap(in, target);
                switch (result.getStatus()) {
                    case OK -> {
                        if (result.getHandshakeStatus()
                                == SSLEngineResult.HandshakeStatus.NEED_TASK) {
                            tasks();
                        }
                        return result.bytesProduced();
                    }
                    case CLOSED -> {
                        return -1;
                    }
                    case BUFFER_OVERFLOW ->
                            throw new SSLException("a record larger than TLS allows");
                    case BUFFER_UNDERFLOW -> {}
                }
            }
            in.compact();
            int n = socket.read(in);
            in.flip();
            if (n < 0) {
                // Without close_notify this is a cut, and the framing above will say so.
                return -1;
            }
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int record = engine.getSession().getApplicationBufferSize();
        int before = target.position();
        while (target.hasRemaining()) {
            if (spare.hasRemaining()) {
                int n = Math.min(spare.remaining(), target.remaining());
                target.put(target.position(), spare, spare.position(), n);
                target.position(target.position() + n);
                spare.position(spare.position() + n);
                continue;
            }
            // What was received already is taken along; nothing more is waited for once there is
            // something.
            if (target.position() > before && !wholeRecordReceived()) {
                break;
            }
            int n;
            if (target.remaining() >= record) {
                n = unwrapOnce(target);
            } else {
                spare.clear();
                n = unwrapOnce(spare);
                spare.flip();
            }
            afterUnwrap();
            if (n < 0) {
                return target.position() > before ? target.position() - before : -1;
            }
        }
        return target.position() - before;
    }

    private boolean wholeRecordReceived() {
        if (in.remaining() < 5) {
            return false;
        }
        int length = in.getShort(in.position() + 3) & 0xffff;
        return in.remaining() >= 5 + length;
    }

    /// Key updates of TLS 1.3 ask for an answer.
    private void afterUnwrap() throws IOException {
        if (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
            wrap(ByteBuffer.allocate(0));
        }
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
        // close_notify is not sent: a peer that does not read would block it, and no request is cut
        // short by it.
        socket.close();
    }

    @Override
    public long waitingSinceNanos() {
        return waitingSince;
    }

    @Override
    public void abortWait() {
        timedOut = true;
        try {
            socket.close();
        } catch (IOException e) {
            return;
        }
    }
}
