package dev.cistern.populate.engine;

/// How many requests at a time the stores bear: one budget for all streams of a fill. Nothing limits until a store says that it is
/// asked too much (503, 429) or takes no more connections.
///
/// Then there are nine tenths of as many as were being served, so that what it serves stays nearly the same and nearly nothing is refused;
/// a hundredth more with each look after that, to find out when it bears more, and the more the longer it refuses nothing. While nothing
/// is served there is one. What a store asks to wait, everybody waits.
final class StoreLimit {
    private static final double BACK_OFF = 0.9;
    private static final double PROBE = 0.01;

    /// After so many looks without a refusal twice as much is tried, ...
    private static final double PATIENCE_LOOKS = 20;

    /// ... but no more than this at once.
    private static final double MOST_PROBE = 0.25;

    /// Longest that a store may ask to wait, in milliseconds.
    private static final long MOST_HOLD_MILLIS = 60_000;

    private boolean refused;
    private int quietLooks;
    private double limit = Double.MAX_VALUE;
    private double serving;
    private long holdUntilNanos;
    private boolean holds;

    /// A request was refused because there are too many.
    ///
    /// @param afterMillis what the store asked to wait; 0 where it asked for nothing
    synchronized void refused(long afterMillis) {
        refused = true;
        if (afterMillis > 0) {
            long until = System.nanoTime() + Math.min(afterMillis, MOST_HOLD_MILLIS) * 1_000_000;
            holdUntilNanos = holds ? Math.max(until, holdUntilNanos) : until;
            holds = true;
        }
    }

    /// Waits while a store has asked to.
    void await() throws InterruptedException {
        while (true) {
            long left;
            synchronized (this) {
                left = holds ? holdUntilNanos - System.nanoTime() : 0;
                if (left <= 0) {
                    holds = false;
                    return;
                }
            }
            Thread.sleep(left / 1_000_000 + 1);
        }
    }

    /// Takes a look; the most requests at a time from now on.
    ///
    /// @param nanos since the last look
    /// @param sums what happened since, in which a request that was refused has no part
    synchronized int look(long nanos, Traffic.Sums sums) {
        double busy =
                sums.firstByteNanos() + sums.freshNanos() + sums.bodyNanos() + sums.workNanos();
        serving = (serving + busy / Math.max(1, nanos)) / 2;
        if (refused) {
            refused = false;
            quietLooks = 0;
            limit = Math.max(1, BACK_OFF * Math.min(limit, serving));
        } else if (limit < Integer.MAX_VALUE) {
            double more = PROBE * Math.pow(2, quietLooks / PATIENCE_LOOKS);
            quietLooks++;
            limit = Math.max(limit + 0.1, limit * (1 + Math.min(MOST_PROBE, more)));
        }
        return (int) Math.min(Integer.MAX_VALUE, limit);
    }
}
