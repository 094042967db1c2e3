package dev.cistern.controller.progress;

import java.util.ArrayDeque;
import java.util.Deque;

/// Tells each Job when to report next, so that all of them together stay within what the API server should spend on progress.
///
/// One report is one write. A replica counts the reports of the last ten seconds; with `n` Jobs it asks each to wait
/// `n / budget` seconds, at least one. Up to twice the budget, a watcher still sees a run move every two seconds.
public final class Pace {
    /// Reports a second that one replica writes: a small part of what an API server takes (some hundreds of writes a second).
    static final int BUDGET_PER_SECOND = 50;

    private static final int LEAST_MILLIS = 1_000;
    private static final int MOST_MILLIS = 60_000;
    private static final long WINDOW_NANOS = 10_000_000_000L;

    private final Deque<Long> times = new ArrayDeque<>();
    private int lastAnswer = LEAST_MILLIS;

    /// Notes a report and says when the next one of the same Job is wanted.
    ///
    /// @param nowNanos a clock that only moves forward
    /// @return milliseconds, 1,000 to 60,000
    public synchronized int next(long nowNanos) {
        times.addLast(nowNanos);
        Long first = times.peekFirst();
        while (first != null && nowNanos - first > WINDOW_NANOS) {
            times.removeFirst();
            first = times.peekFirst();
        }
        double perSecond = times.size() * 1e9 / WINDOW_NANOS;
        // So many Jobs report: each of them once per answer.
        double jobs = Math.max(1, perSecond * lastAnswer / 1000);
        lastAnswer =
                (int) Math.clamp(jobs / BUDGET_PER_SECOND * 1000, LEAST_MILLIS, MOST_MILLIS);
        return lastAnswer;
    }
}
