package dev.cistern.populate.http;

/// How slow a body may come before another connection is likely to be faster.
///
/// Only time spent waiting for the network counts, never what a limit or a disk takes. The absolute floor is far below what a slow
/// link gives each of many streams (100 kB/s shared by 64 are 1,600), so it ends what is broken and not what is slow. What is cut
/// off for it goes on where it was.
public final class MinimumRate {
    /// A body that comes slower is as good as one that does not come.
    private static final double BYTES_PER_SECOND = 400;

    /// Faster than this is nothing to complain of, whatever others get.
    private static final double NEVER_SLOW_BYTES_PER_SECOND = 64 * 1024;

    /// One that gets so much less than the others has a bad path or front end.
    private static final double OTHERS_FASTER = 64;

    private MinimumRate() {}

    /// Whether this is too slow by itself.
    public static boolean below(long bytes, long nanos) {
        return rate(bytes, nanos) < BYTES_PER_SECOND;
    }

    /// Whether this is too slow beside what a connection usually gets.
    ///
    /// @param usual bytes per second; 0 where it is not known
    static boolean below(long bytes, long nanos, double usual) {
        double rate = rate(bytes, nanos);
        return rate < BYTES_PER_SECOND
                || (rate < NEVER_SLOW_BYTES_PER_SECOND && rate * OTHERS_FASTER < usual);
    }

    static double rate(long bytes, long nanos) {
        return bytes * 1e9 / Math.max(1, nanos);
    }
}
