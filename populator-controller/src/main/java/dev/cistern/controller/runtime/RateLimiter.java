package dev.cistern.controller.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;

/// A token bucket: a burst at once, then a constant rate. For one thread at a time.
public final class RateLimiter {
    private final long intervalNanos;
    private final int burst;
    private final LongSupplier nanos;

    /// When the bucket is full; each permit moves it on by one interval.
    private long fullAtNanos;

    /// A limiter whose bucket is full.
    ///
    /// @param perSecond permits a second, and as many at once after a pause; at least 1
    /// @param nanos a clock that only moves forward
    public RateLimiter(int perSecond, LongSupplier nanos) {
        this.intervalNanos = 1_000_000_000L / perSecond;
        this.burst = perSecond;
        this.nanos = nanos;
        this.fullAtNanos = nanos.getAsLong();
    }

    /// Takes the next permit.
    ///
    /// @return how long to wait before using it
    Duration reserve() {
        long now = nanos.getAsLong();
        if (fullAtNanos - now < 0) {
            fullAtNanos = now;
        }
        long wait = fullAtNanos - now - (burst - 1) * intervalNanos;
        fullAtNanos += intervalNanos;
        return Duration.ofNanos(Math.max(0, wait));
    }

    /// Takes the next permit, and waits until it can be used.
    ///
    /// @throws InterruptedException when the waiting thread is interrupted; the permit is used up
    public void acquire() throws InterruptedException {
        Thread.sleep(reserve());
    }
}
