package dev.cistern.controller.apply;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What the API server refused to make last, by run. A hint for people: a controller that has just started is told anew by asking.
final class Refusals {
    /// Twice the claims that are planned for at once.
    private static final int MAX_REMEMBERED = 10_000;

    private final Map<String, String> words =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                    return size() > MAX_REMEMBERED;
                }
            };

    synchronized void refused(String uid, String why) {
        words.put(uid, why);
    }

    synchronized void accepted(String uid) {
        words.remove(uid);
    }

    synchronized Optional<String> of(String uid) {
        return Optional.ofNullable(words.get(uid));
    }
}
