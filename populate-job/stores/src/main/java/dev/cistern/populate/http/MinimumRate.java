package dev.cistern.populate.http;

/// The rate below which another connection is likely to be faster.
///
/// Only time spent waiting for the network counts, not rate limits or the disk. The absolute minimum is far below the
/// share of each of many streams on a slow link (100 kB/s shared by 64 are 1,600), so it detects broken connections,
/// not slow ones. A cut transfer is resumed.
public final class MinimumRate {
    /// A slower body counts as stalled.
    private static final double BYTES_PER_SECOND = 400;

    /// A faster body is never too slow, whatever others achieve.
    private static final double NEVER_SLOW_BYTES_PER_SECOND = 64 * 1024;

    /// A connection slower than the others by this factor has a bad path or front end.
    private static final double OTHERS_FASTER = 64;

    private MinimumRate() {}

    /// Whether this is below the absolute minimum.
    public static boolean below(long bytes, long nanos) {
        return rate(bytes, nanos) < BYTES_PER_SECOND;
    }

    /// Whether this is too slow relative to other connections.
    ///
    /// @param usual bytes per second of other connections; 0 where unknown
    static boolean below(long bytes, long nanos, double usual) {
        double rate = rate(bytes, nanos);
        return rate < BYTES_PER_SECOND
                || (rate < NEVER_SLOW_BYTES_PER_SECOND && rate * OTHERS_FASTER < usual);
    }

    static double rate(long bytes, long nanos) {
        return bytes * 1e9 / Math.max(1, nanos);
    }
}
