package dev.cistern.controller.status;

import dev.cistern.controller.model.Subject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Minimum interval between two reconciles of one object's status: longer with more runs under way, none when they are over.
///
/// Summing up `n` runs takes time in proportion to `n`; done every `n / 2` s it takes a constant share of the processor, and a
/// batch of any size a few writes a run at the most. Not thread-safe.
final class StatusInterval {
    private static final Duration LEAST = Duration.ofSeconds(2);
    private static final Duration EACH = Duration.ofMillis(500);
    private static final Duration MOST = Duration.ofSeconds(30);
    private static final Duration REFUSED = Duration.ofSeconds(10);

    /// When each was summed up last. Entries that matter no more are dropped, so it holds no more than the objects that
    /// have changed in the last [#MOST].
    private final Map<Subject, Long> last = new HashMap<>();

    /// How long until an object's status may be summed up; zero when it may be now.
    ///
    /// @param underWay how many of its runs are not over now
    Duration remaining(Subject subject, int underWay, long nowNanos) {
        Long at = last.get(subject);
        long nanos = at == null ? 0 : at + after(underWay).toNanos() - nowNanos;
        return Duration.ofNanos(Math.max(0, nanos));
    }

    /// Notes that an object was summed up.
    void done(Subject subject, long nowNanos) {
        last.values().removeIf(at -> nowNanos - at >= MOST.toNanos());
        last.put(subject, nowNanos);
    }

    /// Notes that the API server refused an object's status: what is refused now mostly is a second later, too.
    ///
    /// @return how long to leave it alone
    Duration refused(Subject subject, long nowNanos) {
        last.put(subject, nowNanos + REFUSED.toNanos());
        return REFUSED;
    }

    /// How long to leave an object alone with so many runs under way.
    static Duration after(int underWay) {
        if (underWay == 0) {
            return Duration.ZERO;
        }
        Duration all = EACH.multipliedBy(underWay);
        return all.compareTo(LEAST) < 0 ? LEAST : all.compareTo(MOST) > 0 ? MOST : all;
    }
}
