package dev.cistern.controller.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;

/// A token bucket: a burst, then a constant rate. Not thread-safe.
public final class RateLimiter {
    private final long intervalNanos;
    private final int burst;
    private final LongSupplier nanos;

    /// Time at which the bucket is full; each permit advances it by one interval.
    private long fullAtNanos;

    /// A limiter whose bucket is full.
    ///
    /// @param perSecond permits per second, also the burst size; at least 1
    /// @param nanos monotonic clock
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
