package dev.cistern.controller.population.apply;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// The last write that the API server rejected, per run. Only for reporting: after a restart the write is repeated and
/// rejected again.
final class Refusals {
    /// Twice the design limit of claims in progress.
    private static final int MAX_REMEMBERED = 10_000;

    /// A message is kept for this time. Many contain the number of a request, a port or a time; if each were reported,
    /// it would change the run's status, which wakes the run, whose write is rejected again with a new message.
    private static final Duration KEEP = Duration.ofSeconds(30);

    private record Rejection(String text, long atNanos) {}

    private final LongSupplier nanos;

    private final Map<String, Rejection> rejections =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Rejection> eldest) {
                    return size() > MAX_REMEMBERED;
                }
            };

    /// @param nanos monotonic clock
    Refusals(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Records a rejection.
    ///
    /// @return the message to report: the previous one while that is recent
    synchronized String refused(String uid, String why) {
        long now = nanos.getAsLong();
        Rejection before = rejections.get(uid);
        if (before != null && now - before.atNanos < KEEP.toNanos()) {
            return before.text;
        }
        rejections.put(uid, new Rejection(why, now));
        return why;
    }

    synchronized void accepted(String uid) {
        rejections.remove(uid);
    }

    synchronized Optional<String> of(String uid) {
        return Optional.ofNullable(rejections.get(uid)).map(Rejection::text);
    }
}
