package dev.cistern.controller.population.apply;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// The last write that the API server refused, by run. For reporting only: after a restart the write is tried, and refused, again.
final class Refusals {
    /// Twice the claims that are planned for at once.
    private static final int MAX_REMEMBERED = 10_000;

    /// A message is kept for this long. Many contain the number of a request, a port or a time; were each reported, each would change the
    /// run's status, which wakes the run, whose write is refused again with another message.
    private static final Duration KEEP = Duration.ofSeconds(30);

    private record Words(String text, long atNanos) {}

    private final LongSupplier nanos;

    private final Map<String, Words> words =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Words> eldest) {
                    return size() > MAX_REMEMBERED;
                }
            };

    /// @param nanos a clock that only moves forward
    Refusals(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Notes a refusal.
    ///
    /// @return the message to report: the one of the time before, while that is recent
    synchronized String refused(String uid, String why) {
        long now = nanos.getAsLong();
        Words before = words.get(uid);
        if (before != null && now - before.atNanos < KEEP.toNanos()) {
            return before.text;
        }
        words.put(uid, new Words(why, now));
        return why;
    }

    synchronized void accepted(String uid) {
        words.remove(uid);
    }

    synchronized Optional<String> of(String uid) {
        return Optional.ofNullable(words.get(uid)).map(Words::text);
    }
}
