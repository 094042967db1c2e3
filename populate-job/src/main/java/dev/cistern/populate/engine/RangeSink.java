package dev.cistern.populate.engine;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/// Puts one range's bytes where they belong, digests them on the way, and notes in the journal what has come: each full block, what has
/// come in [#NOTE_NANOS], and at an interruption or the end what is there.
final class RangeSink implements ObjectSink {
    /// A slow connection fills a block in a minute or never; a killed process then fetches again what came in so many nanoseconds.
    static final long NOTE_NANOS = 2_000_000_000L;

    /// The fill has failed elsewhere; nothing more is wanted.
    static final class Ended extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /// The range has become shorter, and all of it is there; the rest of the answer is not wanted.
    private static final class Shortened extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final CopyContext context;
    private final ObjectCopy copy;
    private final Patience patience;
    private @Nullable Checksum checksum;
    private long position;
    private long to;
    private long blockStart;
    private long blockSinceNanos = System.nanoTime();

    RangeSink(CopyContext context, ObjectCopy copy, ObjectCopy.Range range, Patience patience) {
        this.context = context;
        this.copy = copy;
        this.patience = patience;
        this.position = range.from();
        this.to = range.to();
        this.blockStart = range.from();
    }

    ObjectCopy copy() {
        return copy;
    }

    /// Leaves the rest of the range to other streams; false when it is not worth it. May be called by another thread than the one that
    /// fetches.
    synchronized boolean share() {
        long end = Ranges.rest(copy, position, to);
        boolean shared = end != to;
        to = end;
        return shared;
    }

    private synchronized long end() {
        return to;
    }

    /// Fetches the range; tries again what may be tried again.
    ///
    /// @throws SourceException.Changed when the object is another one now
    /// @throws IOException when the target failed, or nothing more is wanted
    void fetch(Source source)
            throws SourceException.Changed, IOException, FillException, InterruptedException {
        try {
            // A connection may break after everything has come.
            while (position < end()) {
                if (!more(source)) {
                    return;
                }
            }
        } finally {
            // The next attempt goes on from here, whatever ended this one.
            noteWhatCame();
        }
    }

    /// Asks once for what is missing; whether to ask again if something still is.
    private boolean more(Source source)
            throws SourceException.Changed, IOException, FillException, InterruptedException {
        try {
            source.read(copy.object, position, end(), this);
            return false;
        } catch (Shortened e) {
            return false;
        } catch (SourceException.Retryable e) {
            if (context.ended() || copy.spoilt()) {
                return false;
            }
            // The store may be away for long, and the process be killed meanwhile.
            noteWhatCame();
            patience.pause(e);
            return true;
        } catch (SourceException.Changed e) {
            throw e;
        } catch (SourceException e) {
            throw new FillException(e.reason(), String.valueOf(e.getMessage()), e);
        }
    }

    private void noteWhatCame() throws IOException {
        if (copy.spoilt()) {
            return;
        }
        // An interrupted thread that has to write the journal's buffer would close its file.
        boolean interrupted = Thread.interrupted();
        try {
            endBlock();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void begin(@Nullable ObjectDigest digest) {
        if (digest != null
                && copy.inOrder()
                && checksum == null
                && context.verify() == Verify.FULL) {
            copy.offer(digest);
        }
    }

    @Override
    public synchronized void accept(ByteBuffer bytes) throws IOException {
        if (copy.spoilt() || context.ended()) {
            throw new Ended();
        }
        long wanted = to - position;
        boolean tooMuch = wanted < bytes.remaining();
        if (tooMuch) {
            bytes.limit(bytes.position() + (int) wanted);
        }
        int length = bytes.remaining();
        acceptWanted(bytes);
        patience.received(length);
        if (tooMuch) {
            throw new Shortened();
        }
    }

    private void acceptWanted(ByteBuffer bytes) throws IOException {
        int end = bytes.limit();
        while (bytes.position() < end) {
            long blockEnd =
                    blockStart - blockStart % ObjectCopy.BLOCK_BYTES + ObjectCopy.BLOCK_BYTES;
            int from = bytes.position();
            int piece = (int) Math.min(end - from, blockEnd - position);
            bytes.limit(from + piece);
            digestInOrder(bytes);
            write(bytes);
            digest(bytes.position(from));
            position += piece;
            bytes.limit(end);
            context.meter().fetched(piece);
            if (position == blockEnd || System.nanoTime() - blockSinceNanos >= NOTE_NANOS) {
                endBlock();
            }
        }
    }

    private void digestInOrder(ByteBuffer bytes) {
        MessageDigest serial = copy.serial();
        if (serial != null) {
            serial.update(bytes.duplicate());
        }
        MessageDigest pinned = copy.pinned();
        if (pinned != null) {
            pinned.update(bytes.duplicate());
        }
    }

    /// To be called last of all: the bytes are spoilt.
    private void digest(ByteBuffer bytes) {
        Checksum running = checksum;
        if (running == null) {
            running = copy.kind().newChecksum();
            checksum = running;
        }
        Digester.consume(running, bytes);
    }

    private void write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        try {
            copy.file.write(bytes, position);
        } catch (IOException e) {
            throw new TargetFailure(e, "writing " + copy.entry.path());
        }
        try {
            context.limiter().take(length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Ended();
        }
    }

    private void endBlock() throws IOException {
        Checksum running = checksum;
        if (running == null || position == blockStart) {
            return;
        }
        long digest = running.getValue();
        copy.addPiece(blockStart, position - blockStart, digest);
        try {
            context.journal()
                    .block(copy.id, blockStart, position - blockStart, copy.kind(), digest);
        } catch (IOException e) {
            throw new TargetFailure(e, "writing the journal");
        }
        running.reset();
        blockStart = position;
        blockSinceNanos = System.nanoTime();
    }

    /// The target failed, not the source.
    static final class TargetFailure extends IOException {
        private static final long serialVersionUID = 1L;
        private final String doing;

        TargetFailure(IOException cause, String doing) {
            super(cause.getMessage(), cause);
            this.doing = doing;
        }

        FillException toFillException() {
            return FillException.ofTarget(this, doing);
        }
    }
}
