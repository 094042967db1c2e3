package dev.cistern.populate.engine;

import dev.cistern.populate.archive.PassedThrough;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/// The bytes of one object from the first to the last, fetched by a thread of its own that is some buffers ahead of
/// whoever reads, and digested by it. What fails and may be tried again is: from where it broke off if parts of the
/// object can be had, else from the beginning, which only the reader can do ([Restart]).
final class ArchiveStream extends InputStream {
    /// The archive has to be read again from its first byte.
    static final class Restart extends Exception {
        private static final long serialVersionUID = 1L;

        Restart(String reason) {
            super(reason);
        }
    }

    /// 2 MiB: what one connection brings within some tens of milliseconds.
    private static final int BUFFERS = 8;

    private static final int BUFFER_BYTES = 256 * 1024;
    private static final byte[] NO_BYTES = new byte[0];
    private static final byte[] END = new byte[0];

    private final CopyContext context;
    private final Source source;
    private final SourceObject object;
    private final boolean whole;
    private final @Nullable ObjectDigest expected;
    private final @Nullable Checksum checksum;
    private final @Nullable MessageDigest message;
    private final @Nullable MessageDigest pinned;
    private final BlockingQueue<byte[]> filled = new ArrayBlockingQueue<>(BUFFERS);
    private final RetryPolicy retryPolicy;
    private final Thread thread;
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;
    private long position;
    private volatile long fetched;
    private byte[] filling = NO_BYTES;
    private int fillingLength;
    private byte[] current = NO_BYTES;
    private int at;
    private boolean ended;
    private final byte[] one = new byte[1];

    /// @param details of the object, asked for before
    /// @param pin whether its SHA-256 is wanted besides
    ArchiveStream(CopyContext context, Source source, ObjectDetails details, boolean pin) {
        this.context = context;
        this.source = source;
        this.object = details.object();
        this.whole = details.whole() || !object.sized();
        ObjectDigest digest = details.digest();
        // One over parts would need their bounds, and one that is only likely a second fetch.
        this.expected =
                digest != null && digest.parts() == 0 && digest.trust() == ObjectDigest.Trust.STATED
                        ? digest
                        : null;
        this.checksum =
                expected != null && expected.kind().combines()
                        ? expected.kind().newChecksum()
                        : null;
        this.message =
                expected != null && !expected.kind().combines()
                        ? Digester.message(expected.kind())
                        : null;
        this.pinned = pin ? Digester.message(DigestKind.SHA256) : null;
        this.retryPolicy = context.newRetryPolicy();
        this.thread = new Thread(null, this::fetch, "archive", 512 * 1024);
        thread.setDaemon(true);
        thread.start();
    }

    private void fetch() {
        try {
            while (!object.sized() || position < object.size()) {
                if (once()) {
                    break;
                }
            }
            hand();
            give(END);
        } catch (Throwable e) {
            // Whoever reads throws it.
            failure = e;
        }
    }

    /// One request; whether that was all.
    private boolean once()
            throws SourceException, IOException, FillException, InterruptedException, Restart {
        try {
            source.read(
                    object,
                    position,
                    object.sized() ? object.size() : SourceObject.UNKNOWN_SIZE,
                    new Sink());
            return true;
        } catch (SourceException.Retryable e) {
            if (closed || context.ended()) {
                return true;
            }
            retryPolicy.pause(e);
            if (whole && position > 0) {
                throw new Restart(String.valueOf(e.getMessage()));
            }
            return false;
        }
    }

    private final class Sink implements ObjectSink {
        @Override
        public void begin(@Nullable ObjectDigest digest) {}

        @Override
        public void accept(ByteBuffer bytes) throws IOException {
            int length = bytes.remaining();
            position += length;
            fetched = position;
            digest(bytes.duplicate());
            retryPolicy.received(length);
            try {
                while (bytes.hasRemaining()) {
                    if (fillingLength == filling.length) {
                        hand();
                        filling = new byte[BUFFER_BYTES];
                    }
                    int part = Math.min(bytes.remaining(), filling.length - fillingLength);
                    bytes.get(filling, fillingLength, part);
                    fillingLength += part;
                }
                context.limiter().take(length);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RangeSink.Ended();
            }
        }
    }

    private void digest(ByteBuffer bytes) {
        if (checksum != null) {
            checksum.update(bytes.duplicate());
        }
        if (message != null) {
            message.update(bytes.duplicate());
        }
        if (pinned != null) {
            pinned.update(bytes.duplicate());
        }
    }

    /// Waits for room, and no longer than anybody reads.
    private void give(byte[] buffer) throws InterruptedException {
        while (!filled.offer(buffer, 100, TimeUnit.MILLISECONDS)) {
            if (closed || context.ended()) {
                throw new InterruptedException();
            }
        }
    }

    /// Hands over what has come.
    private void hand() throws InterruptedException {
        if (fillingLength > 0) {
            give(fillingLength == filling.length ? filling : Arrays.copyOf(filling, fillingLength));
        }
        filling = NO_BYTES;
        fillingLength = 0;
    }

    /// Bytes that were fetched.
    long fetchedBytes() {
        return fetched;
    }

    @Override
    public int read() throws IOException {
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (at == current.length && !next()) {
            return -1;
        }
        int part = Math.min(length, current.length - at);
        System.arraycopy(current, at, to, from, part);
        at += part;
        return part;
    }

    private boolean next() throws IOException {
        while (!ended) {
            byte[] buffer;
            try {
                buffer = filled.poll(100, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PassedThrough(e);
            }
            if (buffer == END) {
                ended = true;
            } else if (buffer != null) {
                current = buffer;
                at = 0;
                return true;
            } else if (failure != null || context.ended()) {
                Throwable reason = failure;
                throw new PassedThrough(reason == null ? new EOFException("ended") : reason);
            }
        }
        return false;
    }

    /// Compares what came with what was promised, when all of it has been read; null where it is right.
    @Nullable String mismatch() {
        if (expected == null) {
            return null;
        }
        String actual =
                checksum != null
                        ? expected.kind().hex(checksum.getValue())
                        : HexFormat.of().formatHex(Objects.requireNonNull(message).digest());
        return actual.equals(expected.value())
                ? null
                : "the store says "
                        + expected
                        + ", what arrived has "
                        + expected.kind().label()
                        + ":"
                        + actual;
    }

    /// Whether there is a digest to compare with.
    boolean verified() {
        return expected != null;
    }

    /// The SHA-256, where it was asked for, when all has been read.
    String sha256() {
        return HexFormat.of().formatHex(Objects.requireNonNull(pinned).digest());
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
