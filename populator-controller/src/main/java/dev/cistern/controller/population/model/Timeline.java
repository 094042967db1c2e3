package dev.cistern.controller.population.model;

import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// When each step of a run was first seen. A step once noted keeps its time.
///
/// @param times by step
public record Timeline(Map<Step, Instant> times) {
    /// Nothing noted yet.
    public static final Timeline EMPTY = new Timeline(Map.of());

    public Timeline {
        times =
                times.isEmpty()
                        ? Map.of()
                        : Collections.unmodifiableMap(new EnumMap<Step, Instant>(times));
    }

    /// This timeline with a step noted, unless it was already.
    public Timeline with(Step step, Instant at) {
        if (times.containsKey(step)) {
            return this;
        }
        Map<Step, Instant> more = new EnumMap<>(Step.class);
        more.putAll(times);
        more.put(step, at);
        return new Timeline(more);
    }

    /// Both timelines; where both know a step, this one's time.
    public Timeline or(Timeline other) {
        Timeline merged = this;
        for (Map.Entry<Step, Instant> entry : other.times.entrySet()) {
            merged = merged.with(entry.getKey(), entry.getValue());
        }
        return merged;
    }

    /// The step that comes last in the protocol among those noted.
    public Optional<Step> latest() {
        return times.keySet().stream().max(Comparator.naturalOrder());
    }

    /// When a step was first seen.
    public Optional<Instant> at(Step step) {
        return Optional.ofNullable(times.get(step));
    }
}
