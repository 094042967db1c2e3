package dev.cistern.populate.engine;

/// Limits concurrent requests for all streams of a fill. There is no limit until a store reports overload (503, 429) or
/// accepts no more connections.
///
/// Then the limit is nine tenths of the requests that were being served, so that throughput stays nearly the same and
/// almost nothing is refused. It grows by a hundredth with each sample, and faster the longer nothing is refused, to
/// detect when the store accepts more. While nothing is served the limit is one. A store's `Retry-After` applies to all
/// streams.
final class StoreLimit {
    private static final double BACK_OFF = 0.9;
    private static final double PROBE = 0.01;

    /// After this many samples without a refusal the growth doubles, ...
    private static final double QUIET_SAMPLES_TO_DOUBLE = 20;

    /// ... up to this.
    private static final double MAX_PROBE = 0.25;

    /// Longest wait that a store may request, in milliseconds.
    private static final long MAX_HOLD_MILLIS = 60_000;

    private boolean refused;
    private int quietSamples;
    private double limit = Double.MAX_VALUE;
    private double serving;
    private long holdUntilNanos;
    private boolean holds;

    /// A request was refused because of overload.
    ///
    /// @param afterMillis wait requested by the store; 0 for none
    synchronized void refused(long afterMillis) {
        refused = true;
        if (afterMillis > 0) {
            long until = System.nanoTime() + Math.min(afterMillis, MAX_HOLD_MILLIS) * 1_000_000;
            holdUntilNanos = holds ? Math.max(until, holdUntilNanos) : until;
            holds = true;
        }
    }

    /// Waits as long as a store has requested.
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

    /// Processes a sample; returns the new limit.
    ///
    /// @param nanos since the last sample
    /// @param sums traffic since then, without refused requests
    synchronized int update(long nanos, Traffic.Sums sums) {
        double busy =
                sums.firstByteNanos() + sums.freshNanos() + sums.bodyNanos() + sums.workNanos();
        serving = (serving + busy / Math.max(1, nanos)) / 2;
        if (refused) {
            refused = false;
            quietSamples = 0;
            limit = Math.max(1, BACK_OFF * Math.min(limit, serving));
        } else if (limit < Integer.MAX_VALUE) {
            double more = PROBE * Math.pow(2, quietSamples / QUIET_SAMPLES_TO_DOUBLE);
            quietSamples++;
            limit = Math.max(limit + 0.1, limit * (1 + Math.min(MAX_PROBE, more)));
        }
        return (int) Math.min(Integer.MAX_VALUE, limit);
    }
}
