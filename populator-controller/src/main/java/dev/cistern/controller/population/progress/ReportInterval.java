package dev.cistern.controller.population.progress;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Computes the interval of each Job's reports, so that all of them together stay within the budget of writes.
///
/// One report is one write. A few runs are each updated about every two seconds. With more, each of `n` waits `n / 2`
/// seconds, twenty at most: the list of them still changes twice a second. With thousands the replica's budget is the
/// limit.
final class ReportInterval {
    /// Slightly below two seconds, which the API promises for a few runs.
    private static final int LEAST_MILLIS = 1_500;

    /// Number of runs that someone follows individually.
    private static final int FEW = 5;

    private static final int EACH_MILLIS = 500;

    /// The longest interval while the budget allows it.
    private static final int WATCHED_MOST_MILLIS = 20_000;

    /// Writes per second of one replica: a small part of what an API server handles (some hundreds a second).
    static final int BUDGET_PER_SECOND = 50;

    /// Within the budget this is enough for 3,000 runs on one replica; with more, some reports get status 429.
    private static final int MOST_MILLIS = 60_000;

    /// A run without a report for this many times its interval has ended.
    private static final int SILENT = 2;

    /// By time of the last report, the oldest first.
    private final Map<String, Reported> reported = new LinkedHashMap<>(16, 0.75f, true);

    private record Reported(long atNanos, int nextMillis) {
        boolean silent(long nowNanos) {
            return nowNanos - atNanos > nextMillis * 1_000_000L * SILENT;
        }
    }

    /// Records a report; returns the interval until the next one of the same run.
    ///
    /// @param nowNanos monotonic clock
    /// @return milliseconds, 1,500 to 60,000
    synchronized int next(String uid, long nowNanos) {
        Iterator<Reported> oldest = reported.values().iterator();
        while (oldest.hasNext() && oldest.next().silent(nowNanos)) {
            oldest.remove();
        }
        reported.remove(uid);
        int next = pause(reported.size() + 1);
        reported.put(uid, new Reported(nowNanos, next));
        return next;
    }

    private static int pause(int runs) {
        if (runs <= FEW) {
            return LEAST_MILLIS;
        }
        long watched = Math.min((long) EACH_MILLIS * runs, WATCHED_MOST_MILLIS);
        long affordable = 1000L * runs / BUDGET_PER_SECOND;
        return (int) Math.min(Math.max(watched, affordable), MOST_MILLIS);
    }

    /// Whether the load is so high that the first report of a run need not be written.
    static boolean highLoad(int nextMillis) {
        return nextMillis > LEAST_MILLIS;
    }
}
