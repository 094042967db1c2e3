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

/// Writes one range's bytes to the file, digests them, and records them in the journal: each full block, what arrived
/// within [#NOTE_NANOS], and the rest at an interruption or the end.
final class RangeSink implements ObjectSink {
    /// A slow connection may take minutes for a block; a killed process then fetches again what arrived within this
    /// time.
    static final long NOTE_NANOS = 2_000_000_000L;

    /// The fill has failed elsewhere.
    static final class Ended extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /// The response of an object that only a request for the whole can fetch was cut off.
    static final class RestartRequired extends IOException {
        private static final long serialVersionUID = 1L;
        private final SourceException.Retryable reason;

        RestartRequired(SourceException.Retryable reason) {
            super(reason);
            this.reason = reason;
        }

        SourceException.Retryable reason() {
            return reason;
        }
    }

    /// The range was shortened and is complete; the rest of the response is not needed.
    private static final class Shortened extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final CopyContext context;
    private final WorkQueue queue;
    private final ObjectCopy copy;
    private final RetryPolicy retryPolicy;
    private Traffic.@Nullable Stopwatch stopwatch;
    private @Nullable Checksum checksum;

    /// Written under this object's lock, and read without it where an approximate value is enough.
    private volatile long position;

    private volatile long to;
    private long blockStart;
    private long blockSinceNanos = System.nanoTime();

    RangeSink(CopyContext context, WorkQueue queue, ObjectCopy copy, ObjectCopy.Range range) {
        this.context = context;
        this.queue = queue;
        this.copy = copy;
        this.retryPolicy = context.newRetryPolicy();
        this.position = range.from();
        this.to = range.to();
        this.blockStart = range.from();
    }

    ObjectCopy copy() {
        return copy;
    }

    /// Approximate number of bytes still to be fetched.
    long rest() {
        return copy.object.sized() ? to - position : 0;
    }

    /// Whether [#shorten] would have an effect.
    boolean canBeShortened(int streams, Ranges.Speed speed) {
        return copy.canBeShared() && Ranges.shortened(position, to, rest(), streams, speed) < to;
    }

    /// Gives the end of the range to other streams, if that is worth it. Called by another thread than the one that
    /// fetches.
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

    private Traffic.Stopwatch watch() {
        return Objects.requireNonNull(stopwatch);
    }

    /// Fetches the range, with retries. Returns false when the store refused a request and this stream may no longer
    /// work: another one then continues.
    ///
    /// @param number of the stream
    /// @throws SourceException.Changed when the object has changed
    /// @throws IOException when the target failed or the fill has ended
    boolean fetch(Source source, int number, Traffic.Stopwatch stopwatch)
            throws SourceException.Changed, IOException, FillException, InterruptedException {
        this.stopwatch = stopwatch;
        try {
            // A connection may break after all bytes have arrived.
            while (position < to) {
                context.storeLimit().await();
                stopwatch.worked();
                Next after = more(source);
                stopwatch.skip();
                if (after == Next.ENDED) {
                    return true;
                }
                if (after == Next.HAND_OVER && !queue.mayWork(number)) {
                    return false;
                }
            }
            return true;
        } finally {
            // The next attempt resumes from here, whatever ended this one.
            noteWhatCame();
        }
    }

    /// What to do after a request.
    private enum Next {
        /// Nothing: the range is complete or no longer needed.
        ENDED,
        /// Request the missing bytes.
        RETRY,
        /// The same, by a stream that may still work: the store is overloaded.
        HAND_OVER
    }

    /// Sends one request for the missing bytes.
    private Next more(Source source)
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
            return Next.ENDED;
        } catch (Shortened e) {
            return Next.ENDED;
        } catch (SourceException.Retryable e) {
            if (context.ended() || copy.invalidated()) {
                return Next.ENDED;
            }
            // The outage may be long, and the process may be killed meanwhile.
            noteWhatCame();
            retryPolicy.pause(e);
            if (copy.wholeOnly() && position > 0) {
                throw new RestartRequired(e);
            }
            return e.busy() ? Next.HAND_OVER : Next.RETRY;
        } catch (SourceException.Changed e) {
            throw e;
        } catch (SourceException e) {
            throw new FillException(e.reason(), String.valueOf(e.getMessage()), e);
        }
    }

    private void noteWhatCame() throws IOException {
        if (copy.invalidated()) {
            return;
        }
        // A thread interrupted while it writes the journal's buffer would close the journal's file.
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
        if (copy.invalidated() || context.ended()) {
            throw new Ended();
        }
        long wanted = to - position;
        boolean tooMuch = wanted < bytes.remaining();
        if (tooMuch) {
            bytes.limit(bytes.position() + (int) wanted);
        }
        int length = bytes.remaining();
        acceptWanted(bytes);
        retryPolicy.received(length);
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

    /// To be called last: clobbers the buffer.
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
