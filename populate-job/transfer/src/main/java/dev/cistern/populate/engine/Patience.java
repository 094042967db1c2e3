package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/// Decides how often and how long one stream tries again.
///
/// All streams of a fill share a [Shared]: a bucket of retries, so that a store in trouble is not hit harder by it, and the knowledge
/// whether the store has ever answered. A stream gives up when it has had no byte for [FillRequest.Timing#noProgress], or, once attempts
/// have failed again and again, fewer than [#PACE_BYTES].
final class Patience {
    /// A store that does not answer is told of at once; one that answers, but is busy for less than this, is not.
    private static final long TELL_AFTER_MILLIS = 5_000;

    private static final long COARSE_NANOS = 100_000_000L;

    /// What all streams share.
    static final class Shared {
        private final FillRequest.Timing timing;
        private final Meter meter;

        /// 20 retries a second after a burst of 100: hundreds of streams in an outage ask 20 times a second in all.
        private final Bucket retries = new Bucket(20, 100);

        private final AtomicBoolean reached = new AtomicBoolean();

        /// What the stores bear.
        private final StoreLimit limit;

        /// When any stream had a byte, give or take [#COARSE_NANOS].
        private volatile long progressNanos = System.nanoTime();

        Shared(FillRequest.Timing timing, Meter meter, StoreLimit limit) {
            this.timing = timing;
            this.meter = meter;
            this.limit = limit;
        }
    }

    /// 270 bytes a second over the two minutes that a stream may go without progress.
    private static final long PACE_BYTES = 32 * 1024;

    /// After so many failures within [#PACE_BYTES] a byte is no progress any more: with the default pauses that is a minute after the first.
    /// Fewer may be an outage that follows a slow answer.
    private static final int MANY_FAILURES = 16;

    private final Shared shared;
    private long lastProgressNanos = System.nanoTime();
    private long lastPaceNanos = lastProgressNanos;
    private long crawledBytes;
    private int failures;

    Patience(Shared shared) {
        this.shared = shared;
    }

    /// Something useful came.
    void progress() {
        received(PACE_BYTES);
    }

    /// So many bytes came. What failed before is forgotten with [#PACE_BYTES] of them: connections that stall or break after a byte each would
    /// go on for ever.
    void received(long bytes) {
        lastProgressNanos = System.nanoTime();
        if (lastProgressNanos - shared.progressNanos > COARSE_NANOS) {
            shared.progressNanos = lastProgressNanos;
        }
        crawledBytes += bytes;
        if (crawledBytes >= PACE_BYTES) {
            crawledBytes = 0;
            failures = 0;
            lastPaceNanos = lastProgressNanos;
        }
        shared.reached.setPlain(true);
        shared.meter.answered();
    }

    /// Waits before another attempt.
    ///
    /// @throws FillException when there has been no progress for too long
    void pause(SourceException.Retryable failure) throws FillException, InterruptedException {
        if (failure.reached()) {
            shared.reached.set(true);
        }
        FillRequest.Timing timing = shared.timing;
        long limit =
                shared.reached.get()
                        ? timing.noProgress()
                        : Math.min(timing.unreachable(), timing.noProgress());
        boolean crawls = failure.reason() == Reason.SOURCE_STALLED || failures >= MANY_FAILURES;
        long since = crawls ? lastPaceNanos : lastProgressNanos;
        if (failure.busy()) {
            // Whoever waits for its turn at a busy store has not failed while others get something.
            since = Math.max(since, shared.progressNanos);
        }
        long idleMillis = (System.nanoTime() - since) / 1_000_000;
        long backoff =
                Math.min(timing.maxBackoff(), timing.firstBackoff() << Math.min(failures, 20));
        failures++;
        // Between half and all of it: streams that failed together do not come back together.
        backoff = backoff / 2 + ThreadLocalRandom.current().nextLong(backoff / 2 + 1);
        long wait = Math.max(backoff, Math.min(failure.afterMillis(), 60_000));
        if (idleMillis + wait > limit) {
            throw new FillException(
                    failure.reason(),
                    failure.getMessage()
                            + "; given up after "
                            + failures
                            + " attempts in "
                            + idleMillis / 1000
                            + " s"
                            + (crawls && crawledBytes > 0
                                    ? ", which brought " + crawledBytes + " bytes"
                                    : ""),
                    failure);
        }
        if (!failure.reached() || idleMillis >= TELL_AFTER_MILLIS) {
            shared.meter.trouble(failure.reason().wireName() + ": " + failure.getMessage());
        }
        if (failure.busy()) {
            shared.limit.refused(failure.afterMillis());
        } else {
            shared.retries.take(1);
        }
        Thread.sleep(wait);
    }
}
