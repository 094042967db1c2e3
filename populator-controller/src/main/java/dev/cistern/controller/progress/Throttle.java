package dev.cistern.controller.progress;

import dev.cistern.populate.wire.ProgressReport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// Lets a report in when it is news and not too early.
final class Throttle {
    /// A run is written at most this often, whatever its Job sends. A little below the second that Jobs are asked to wait,
    /// or every other report would come just too early.
    private static final Duration LEAST = Duration.ofMillis(800);

    /// Runs whose last write is remembered.
    private static final int MAX_REMEMBERED = 10_000;

    private final Map<String, Last> last =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Last> eldest) {
                    return size() > MAX_REMEMBERED;
                }
            };

    private record Last(int attempt, long sequence, long atNanos) {}

    /// Whether a report is news and not too early. Says yes once for each.
    synchronized boolean admits(String uid, ProgressReport report, long nowNanos) {
        Last before = last.get(uid);
        boolean news =
                before == null
                        || report.attempt() > before.attempt
                        || (report.attempt() == before.attempt
                                && report.sequence() > before.sequence);
        boolean early = before != null && nowNanos - before.atNanos < LEAST.toNanos();
        if (news && !early) {
            last.put(uid, new Last(report.attempt(), report.sequence(), nowNanos));
        }
        return news && !early;
    }
}
