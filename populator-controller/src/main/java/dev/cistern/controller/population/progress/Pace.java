package dev.cistern.controller.population.progress;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Tells each Job when to report next, so that all of them together stay within what the API server should spend on progress.
///
/// One report is one write. A few runs move more than every two seconds, so that a person sees each of them move. With more than
/// that nobody follows one; each of `n` waits `n / 2` seconds, twenty at the most, and the list of them all still moves twice a
/// second. With thousands the replica's budget is the limit.
final class Pace {
    /// A little below two seconds, which is what the API promises for a run that is watched.
    private static final int LEAST_MILLIS = 1_500;

    /// Runs that a person follows one by one.
    private static final int FEW = 5;

    private static final int EACH_MILLIS = 500;

    /// Nobody looks at a run for longer than this to see whether it moves.
    private static final int PATIENCE_MILLIS = 20_000;

    /// Reports a second that one replica writes: a small part of what an API server takes (some hundreds of writes a second).
    static final int BUDGET_PER_SECOND = 50;

    /// With the budget this paces 3,000 runs on one replica; more than that report no less often, and find it busy.
    private static final int MOST_MILLIS = 60_000;

    /// A run that is silent for longer than this many times what it was asked to wait has ended.
    private static final int SILENT = 2;

    /// By time of the last report, the oldest first.
    private final Map<String, Told> told = new LinkedHashMap<>(16, 0.75f, true);

    private record Told(long atNanos, int nextMillis) {
        boolean silent(long nowNanos) {
            return nowNanos - atNanos > nextMillis * 1_000_000L * SILENT;
        }
    }

    /// Notes a report and says when the next one of the same run is wanted.
    ///
    /// @param nowNanos a clock that only moves forward
    /// @return milliseconds, 1,500 to 60,000
    synchronized int next(String uid, long nowNanos) {
        Iterator<Told> oldest = told.values().iterator();
        while (oldest.hasNext() && oldest.next().silent(nowNanos)) {
            oldest.remove();
        }
        told.remove(uid);
        int next = pause(told.size() + 1);
        told.put(uid, new Told(nowNanos, next));
        return next;
    }

    private static int pause(int runs) {
        if (runs <= FEW) {
            return LEAST_MILLIS;
        }
        long watched = Math.min((long) EACH_MILLIS * runs, PATIENCE_MILLIS);
        long affordable = 1000L * runs / BUDGET_PER_SECOND;
        return (int) Math.min(Math.max(watched, affordable), MOST_MILLIS);
    }

    /// Whether so many runs report that one which is over soon need not be written at all.
    static boolean crowded(int nextMillis) {
        return nextMillis > LEAST_MILLIS;
    }
}
