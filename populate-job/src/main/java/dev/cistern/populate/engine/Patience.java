package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/// Decides how often and how long one stream tries again.
///
/// All streams of a fill share a [Shared]: a bucket of retries, so that a store in trouble is not hit harder by it, and the knowledge
/// whether the store has ever answered. A stream gives up when it has had no byte for [FillRequest.Timing#noProgress].
final class Patience {
    /// A store that does not answer is told of at once; one that answers, but is busy for less than this, is not.
    private static final long TELL_AFTER_MILLIS = 5_000;

    /// What all streams share.
    static final class Shared {
        private final FillRequest.Timing timing;
        private final Meter meter;

        /// 20 retries a second after a burst of 100: 64 streams in an outage ask 20 times a second in all.
        private final Bucket retries = new Bucket(20, 100);

        private final AtomicBoolean reached = new AtomicBoolean();

        Shared(FillRequest.Timing timing, Meter meter) {
            this.timing = timing;
            this.meter = meter;
        }
    }

    private final Shared shared;
    private long lastProgressNanos = System.nanoTime();
    private int failures;

    Patience(Shared shared) {
        this.shared = shared;
    }

    /// Something useful came.
    void progress() {
        lastProgressNanos = System.nanoTime();
        failures = 0;
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
        long idleMillis = (System.nanoTime() - lastProgressNanos) / 1_000_000;
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
                            + " s",
                    failure);
        }
        if (!failure.reached() || idleMillis >= TELL_AFTER_MILLIS) {
            shared.meter.trouble(failure.reason().wireName() + ": " + failure.getMessage());
        }
        shared.retries.take(1);
        Thread.sleep(wait);
    }
}
