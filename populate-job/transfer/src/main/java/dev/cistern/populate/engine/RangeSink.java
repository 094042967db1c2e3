package dev.cistern.populate.engine;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Objects;
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

    /// What can be had by one request alone was cut off.
    static final class FromTheBeginning extends IOException {
        private static final long serialVersionUID = 1L;
        private final SourceException.Retryable reason;

        FromTheBeginning(SourceException.Retryable reason) {
            super(reason);
            this.reason = reason;
        }

        SourceException.Retryable reason() {
            return reason;
        }
    }

    /// The range has become shorter, and all of it is there; the rest of the answer is not wanted.
    private static final class Shortened extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final CopyContext context;
    private final WorkQueue queue;
    private final ObjectCopy copy;
    private final Patience patience;
    private Traffic.@Nullable Watch watch;
    private @Nullable Checksum checksum;

    /// Changed under this object's lock, and read without it by whoever only wants to know about how much is left.
    private volatile long position;

    private volatile long to;
    private long blockStart;
    private long blockSinceNanos = System.nanoTime();

    RangeSink(CopyContext context, WorkQueue queue, ObjectCopy copy, ObjectCopy.Range range) {
        this.context = context;
        this.queue = queue;
        this.copy = copy;
        this.patience = context.newPatience();
        this.position = range.from();
        this.to = range.to();
        this.blockStart = range.from();
    }

    ObjectCopy copy() {
        return copy;
    }

    /// About how many bytes are still to be fetched.
    long rest() {
        return copy.object.sized() ? to - position : 0;
    }

    /// Whether [#shorten] would.
    boolean canBeShortened(int streams, Ranges.Speed speed) {
        return copy.canBeShared() && Ranges.shortened(position, to, rest(), streams, speed) < to;
    }

    /// Leaves the end of the range to other streams, if that is worth it. Called by another thread than the one that fetches.
    void shorten(int streams, Ranges.Speed speed) {
        synchronized (this) {
            long end = Ranges.shortened(position, to, rest(), streams, speed);
            if (end < to && copy.canBeShared()) {
                copy.share(end, to);
                to = end;
            }
        }
        queue.opened(copy);
    }

    private Traffic.Watch watch() {
        return Objects.requireNonNull(watch);
    }

    /// Fetches the range; tries again what may be tried again. False when the store refused a request and this stream may not work any more:
    /// then another one is to go on.
    ///
    /// @param number the stream's
    /// @throws SourceException.Changed when the object is another one now
    /// @throws IOException when the target failed, or nothing more is wanted
    boolean fetch(Source source, int number, Traffic.Watch watch)
            throws SourceException.Changed, IOException, FillException, InterruptedException {
        this.watch = watch;
        try {
            // A connection may break after everything has come.
            while (position < to) {
                context.storeLimit().await();
                watch.worked();
                After after = more(source);
                watch.skip();
                if (after == After.ENDED) {
                    return true;
                }
                if (after == After.REFUSED && !queue.mayWork(number)) {
                    return false;
                }
            }
            return true;
        } finally {
            // The next attempt goes on from here, whatever ended this one.
            noteWhatCame();
        }
    }

    /// What comes after a request.
    private enum After {
        /// Nothing: all is there, or nothing more is wanted.
        ENDED,
        /// Another request for what is missing.
        AGAIN,
        /// The same, by a stream that still may: the store has too many.
        REFUSED
    }

    /// Asks once for what is missing.
    private After more(Source source)
            throws SourceException.Changed, IOException, FillException, InterruptedException {
        try {
            source.read(
                    copy.object,
                    position,
                    copy.object.sized() ? to : SourceObject.UNKNOWN_SIZE,
                    this);
            if (!copy.object.sized()) {
                copy.object = copy.object.withSize(position);
                context.meter().sized();
            }
            return After.ENDED;
        } catch (Shortened e) {
            return After.ENDED;
        } catch (SourceException.Retryable e) {
            if (context.ended() || copy.spoilt()) {
                return After.ENDED;
            }
            // The store may be away for long, and the process be killed meanwhile.
            noteWhatCame();
            patience.pause(e);
            if (copy.whole() && position > 0) {
                throw new FromTheBeginning(e);
            }
            return e.busy() ? After.REFUSED : After.AGAIN;
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
        watch().answered();
        if (digest != null
                && copy.inOrder()
                && checksum == null
                && context.verify() == Verify.FULL) {
            copy.offer(digest);
        }
        copy.answered();
    }

    @Override
    public synchronized void accept(ByteBuffer bytes) throws IOException {
        watch().received(bytes.remaining());
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
        watch().worked();
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
            if (!copy.object.sized()) {
                context.meter().grown(piece);
            }
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
