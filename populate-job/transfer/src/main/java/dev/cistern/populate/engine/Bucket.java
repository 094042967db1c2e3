package dev.cistern.populate.engine;

/// A token bucket: so many per second, and so many at once. Used for bytes and for retries.
///
/// Takers may run into debt by one take, and then wait until it is paid: a buffer larger than the bucket is not held up for ever, and
/// the rate still holds on average.
final class Bucket {
    private final double perNano;
    private final double capacity;
    private double tokens;
    private long lastNanos = System.nanoTime();

    /// @param perSecond 0 means no limit
    /// @param capacity taken at once after a pause
    Bucket(double perSecond, double capacity) {
        this.perNano = perSecond / 1e9;
        this.capacity = capacity;
        this.tokens = capacity;
    }

    boolean unlimited() {
        return perNano == 0;
    }

    /// Takes `amount` and waits until the debt is paid.
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
