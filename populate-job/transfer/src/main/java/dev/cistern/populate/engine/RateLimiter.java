package dev.cistern.populate.engine;

/// A token bucket with a rate and a burst size. Used for bytes and for retries.
///
/// A caller may overdraw the bucket once and then waits until the debt is paid: an amount larger than the burst size
/// does not block for ever, and the average rate still holds.
final class RateLimiter {
    private final double perNano;
    private final double capacity;
    private double tokens;
    private long lastNanos = System.nanoTime();

    /// @param perSecond 0 means no limit
    /// @param capacity burst size
    RateLimiter(double perSecond, double capacity) {
        this.perNano = perSecond / 1e9;
        this.capacity = capacity;
        this.tokens = capacity;
    }

    boolean unlimited() {
        return perNano == 0;
    }

    /// Takes `amount` tokens and waits until any debt is paid.
    void take(long amount) throws InterruptedException {
        if (perNano == 0) {
            return;
        }
        long waitNanos;
        synchronized (this) {
            long now = System.nanoTime();
            tokens = Math.min(capacity, tokens + (now - lastNanos) * perNano) - amount;
            lastNanos = now;
            waitNanos = tokens >= 0 ? 0 : (long) (-tokens / perNano);
        }
        if (waitNanos > 0) {
            Thread.sleep(waitNanos / 1_000_000, (int) (waitNanos % 1_000_000));
        }
    }
}
