package dev.cistern.controller.progress;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Tells each Job when to report next, so that all of them together stay within what the API server should spend on progress.
///
/// One report is one write. With `n` runs that have reported here lately, each is asked to wait `n / budget` seconds, at
/// least one: up to twice the budget, a watcher still sees a run move every two seconds.
final class Pace {
    /// Reports a second that one replica writes: a small part of what an API server takes (some hundreds of writes a second).
    static final int BUDGET_PER_SECOND = 50;

    private static final int LEAST_MILLIS = 1_000;

    /// With the budget this paces 3,000 runs on one replica; more than that report no less often, and find it busy.
    private static final int MOST_MILLIS = 60_000;

    /// A run that has not reported for longer than any is asked to wait has ended.
    private static final long LATELY_NANOS = 90_000_000_000L;

    /// By time of the last report, the oldest first.
    private final Map<String, Long> lately = new LinkedHashMap<>(16, 0.75f, true);

    /// Notes a report and says when the next one of the same run is wanted.
    ///
    /// @param nowNanos a clock that only moves forward
    /// @return milliseconds, 1,000 to 60,000
    synchronized int next(String uid, long nowNanos) {
        lately.put(uid, nowNanos);
        Iterator<Long> oldest = lately.values().iterator();
        while (oldest.hasNext() && nowNanos - oldest.next() > LATELY_NANOS) {
            oldest.remove();
        }
        return Math.clamp(1000L * lately.size() / BUDGET_PER_SECOND, LEAST_MILLIS, MOST_MILLIS);
    }
}
