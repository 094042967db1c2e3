package dev.cistern.controller.population.apply;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// What the API server refused to make last, by run. A hint for people: a controller that has just started is told anew by asking.
final class Refusals {
    /// Twice the claims that are planned for at once.
    private static final int MAX_REMEMBERED = 10_000;

    /// Words are kept for as long. Many have the number of a request, a port or a time in them; were each told, each would change the run's
    /// status, whose change has the same asked again at once, and be refused in other words.
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
    /// @return what is to be told of it: the words of the time before, while these are new
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
