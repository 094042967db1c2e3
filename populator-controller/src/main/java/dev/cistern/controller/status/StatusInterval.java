package dev.cistern.controller.status;

import dev.cistern.controller.model.Subject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Minimum interval between two reconciles of one object's status: longer with more runs in progress, none when they
/// have ended.
///
/// Summarizing `n` runs takes time proportional to `n`; done every `n / 2` s it uses a constant share of the processor,
/// and a batch of any size costs a few writes per run at most. Not thread-safe.
final class StatusInterval {
    private static final Duration LEAST = Duration.ofSeconds(2);
    private static final Duration EACH = Duration.ofMillis(500);
    private static final Duration MOST = Duration.ofSeconds(30);
    private static final Duration REFUSED = Duration.ofSeconds(10);

    /// Time of each object's last summary. Expired entries are removed, so it holds only objects that have changed in
    /// the last [#MOST].
    private final Map<Subject, Long> last = new HashMap<>();

    /// Time until an object's status may be summarized; zero for now.
    ///
    /// @param underWay number of its runs in progress
    Duration remaining(Subject subject, int underWay, long nowNanos) {
        Long at = last.get(subject);
        long nanos = at == null ? 0 : at + after(underWay).toNanos() - nowNanos;
        return Duration.ofNanos(Math.max(0, nanos));
    }

    /// Records that an object was summarized.
    void done(Subject subject, long nowNanos) {
        last.values().removeIf(at -> nowNanos - at >= MOST.toNanos());
        last.put(subject, nowNanos);
    }

    /// Records that the API server rejected an object's status: a retry a second later would most likely fail, too.
    ///
    /// @return delay of the next attempt
    Duration refused(Subject subject, long nowNanos) {
        last.put(subject, nowNanos + REFUSED.toNanos());
        return REFUSED;
    }

    /// Interval for a number of runs in progress.
    static Duration after(int underWay) {
        if (underWay == 0) {
            return Duration.ZERO;
        }
        Duration all = EACH.multipliedBy(underWay);
        return all.compareTo(LEAST) < 0 ? LEAST : all.compareTo(MOST) > 0 ? MOST : all;
    }
}
