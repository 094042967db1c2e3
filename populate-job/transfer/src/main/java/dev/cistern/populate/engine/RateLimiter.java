package dev.cistern.populate.engine;

import java.util.function.LongSupplier;

/// A token bucket with a rate and a burst size. Used for bytes and for retries.
///
/// A caller may overdraw the bucket once and then waits until the debt is paid: an amount larger than the burst size
/// does not block for ever, and the average rate still holds.
final class RateLimiter {
    private final double perNano;
    private final double capacity;
    private final LongSupplier nanos;
    private double tokens;
    private long lastNanos;

    /// @param perSecond 0 means no limit
    /// @param capacity burst size
    RateLimiter(double perSecond, double capacity) {
        this(perSecond, capacity, System::nanoTime);
    }

    /// @param nanos a clock that only moves forward
    RateLimiter(double perSecond, double capacity, LongSupplier nanos) {
        this.nanos = nanos;
        this.lastNanos = nanos.getAsLong();
        this.perNano = perSecond / 1e9;
        this.capacity = capacity;
        this.tokens = capacity;
    }

    boolean unlimited() {
        return perNano == 0;
    }

    /// Takes `amount` tokens and waits until any debt is paid.
    void take(long amount) throws InterruptedException {
        long waitNanos = owedNanos(amount);
        if (waitNanos > 0) {
            Thread.sleep(waitNanos / 1_000_000, (int) (waitNanos % 1_000_000));
        }
    }

    /// Takes `amount`; for how long the taker then has to wait.
    synchronized long owedNanos(long amount) {
        if (perNano == 0) {
            return 0;
        }
        long now = nanos.getAsLong();
        tokens = Math.min(capacity, tokens + (now - lastNanos) * perNano) - amount;
        lastNanos = now;
        return tokens >= 0 ? 0 : (long) (-tokens / perNano);
    }
}
