package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/// Decides how often and how long one stream retries.
///
/// All streams of a fill share a [Shared]: a token bucket of retries, so that retries do not add to a store's overload,
/// and whether the store has ever responded. A stream gives up when it has received no byte for
/// [FillRequest.Timing#noProgress], or, after repeated failures, fewer than [#PACE_BYTES].
final class RetryPolicy {
    /// An unreachable store is reported at once; one that is only busy is reported after this time.
    private static final long TELL_AFTER_MILLIS = 5_000;

    /// The longest that is waited because a store asks for it: hosted ones count requests by windows of five minutes.
    private static final long MOST_ASKED_MILLIS = 310_000;

    /// A store that names a moment further away than this is not taken for one that is away while the moment has not come.
    private static final long SOON_MILLIS = 60_000;

    /// The longest that such waits may add up to without any progress: two windows.
    private static final long MOST_GRANTED_MILLIS = 2 * MOST_ASKED_MILLIS;

    private static final long COARSE_NANOS = 100_000_000L;

    /// State shared by all streams.
    static final class Shared {
        private final FillRequest.Timing timing;
        private final Meter meter;

        /// 20 retries a second with a burst of 100: in an outage hundreds of streams together send 20 requests a
        /// second.
        private final RateLimiter retries = new RateLimiter(20, 100);

        private final AtomicBoolean reached = new AtomicBoolean();

        /// Limit of concurrent requests.
        private final StoreLimit limit;

        /// When any stream last received a byte, to within [#COARSE_NANOS].
        private volatile long progressNanos = System.nanoTime();

        Shared(FillRequest.Timing timing, Meter meter, StoreLimit limit) {
            this.timing = timing;
            this.meter = meter;
            this.limit = limit;
        }
    }

    /// Corresponds to 270 bytes a second over the two minutes that a stream may go without progress.
    private static final long PACE_BYTES = 32 * 1024;

    /// After this many failures within [#PACE_BYTES], single bytes no longer count as progress: with the default
    /// backoff that is a minute after the first failure. Fewer may be an outage after a slow response.
    private static final int MANY_FAILURES = 16;

    private final Shared shared;
    private long lastProgressNanos = System.nanoTime();
    private long lastPaceNanos = lastProgressNanos;
    private long crawledBytes;
    private int failures;

    /// What the store has asked for beyond [#SOON_MILLIS] at a time since there was progress.
    private long grantedMillis;

    RetryPolicy(Shared shared) {
        this.shared = shared;
    }

    /// A useful response was received.
    void progress() {
        received(PACE_BYTES);
    }

    /// Records received bytes. Earlier failures are forgotten after [#PACE_BYTES]: otherwise connections that stall or
    /// break after one byte each would be retried for ever.
    void received(long bytes) {
        lastProgressNanos = System.nanoTime();
        if (lastProgressNanos - shared.progressNanos > COARSE_NANOS) {
            shared.progressNanos = lastProgressNanos;
        }
        grantedMillis = 0;
        crawledBytes += bytes;
        if (crawledBytes >= PACE_BYTES) {
            crawledBytes = 0;
            failures = 0;
            lastPaceNanos = lastProgressNanos;
        }
        shared.reached.setPlain(true);
        shared.meter.answered();
    }

    /// Waits before the next retry.
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
            // A stream that a busy store refuses has not failed while other streams receive data.
            since = Math.max(since, shared.progressNanos);
        }
        long idleMillis = (System.nanoTime() - since) / 1_000_000;
        long backoff =
                Math.min(timing.maxBackoff(), timing.firstBackoff() << Math.min(failures, 20));
        failures++;
        // Jitter between half and the full backoff: streams that failed together do not retry
        // together.
        backoff = backoff / 2 + ThreadLocalRandom.current().nextLong(backoff / 2 + 1);
        boolean granted = failure.busy() && failure.afterMillis() > SOON_MILLIS;
        long wait =
                Math.max(
                        backoff,
                        Math.min(failure.afterMillis(), granted ? MOST_ASKED_MILLIS : SOON_MILLIS));
        grantedMillis += granted ? wait : 0;
        if (idleMillis + wait > limit + Math.min(grantedMillis, MOST_GRANTED_MILLIS)) {
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
        if (!failure.reached() || Math.max(idleMillis, wait) >= TELL_AFTER_MILLIS) {
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
