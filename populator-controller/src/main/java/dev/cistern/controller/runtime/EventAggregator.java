package dev.cistern.controller.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Aggregates events of the same reason about one object: the first is recorded at once, those that follow within
/// [#WINDOW] as one summary.
///
/// For objects that many others refer to. Each PVC of a populator has its own events; a thousand of them would flood
/// the populator, where instead one is recorded, and seconds later a summary of the rest. Not thread-safe.
final class EventAggregator {
    /// Six events a minute are readable, and a batch of ten costs two.
    static final Duration WINDOW = Duration.ofSeconds(10);

    /// Objects and reasons that are aggregated at once; with more, the oldest summary is recorded early.
    private static final int MAX_OPEN = 1_000;

    private final Map<String, Window> open = new LinkedHashMap<>();

    /// @param more number of events held back
    /// @param last the last of them
    private record Window(Instant until, int more, Optional<EventMessage> last) {
        Optional<EventMessage> summary() {
            return last.map(
                    event ->
                            more == 1
                                    ? event
                                    : new EventMessage(
                                            event.about(),
                                            event.warning(),
                                            event.reason(),
                                            more + " more like it; the last: " + event.text()));
        }
    }

    /// Adds an event.
    ///
    /// @return events to record now
    List<EventMessage> add(EventMessage event, Instant now) {
        String key = key(event);
        List<EventMessage> recorded = new ArrayList<>(due(now));
        Window window = open.get(key);
        if (window != null) {
            open.put(key, new Window(window.until, window.more + 1, Optional.of(event)));
            return recorded;
        }
        recorded.add(event);
        open.put(key, new Window(now.plus(WINDOW), 0, Optional.empty()));
        if (open.size() > MAX_OPEN) {
            Iterator<Window> oldest = open.values().iterator();
            oldest.next().summary().ifPresent(recorded::add);
            oldest.remove();
        }
        return recorded;
    }

    /// A missing object has no UID; its name is used instead.
    private static String key(EventMessage event) {
        return event.about().getUid()
                + "/"
                + event.about().getKind()
                + "/"
                + event.about().getNamespace()
                + "/"
                + event.about().getName()
                + "/"
                + event.reason();
    }

    /// Summaries of windows that have ended.
    List<EventMessage> due(Instant now) {
        List<EventMessage> recorded = new ArrayList<>();
        for (Map.Entry<String, Window> entry : List.copyOf(open.entrySet())) {
            Window window = entry.getValue();
            if (now.isBefore(window.until)) {
                continue;
            }
            open.remove(entry.getKey());
            // At most one summary per window: a summary opens the next one.
            window.summary()
                    .ifPresent(
                            summary -> {
                                recorded.add(summary);
                                open.put(
                                        entry.getKey(),
                                        new Window(now.plus(WINDOW), 0, Optional.empty()));
                            });
        }
        return recorded;
    }
}
