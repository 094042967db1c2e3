package dev.cistern.controller.population.model;

import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// When each step of a run was first observed. A recorded time never changes.
///
/// @param times by step
public record Timeline(Map<Step, Instant> times) {
    /// No steps.
    public static final Timeline EMPTY = new Timeline(Map.of());

    public Timeline {
        times =
                times.isEmpty()
                        ? Map.of()
                        : Collections.unmodifiableMap(new EnumMap<Step, Instant>(times));
    }

    /// Returns a copy with a step added, unless it is already recorded.
    public Timeline with(Step step, Instant at) {
        if (times.containsKey(step)) {
            return this;
        }
        Map<Step, Instant> more = new EnumMap<>(Step.class);
        more.putAll(times);
        more.put(step, at);
        return new Timeline(more);
    }

    /// Merges two timelines; this one has precedence.
    public Timeline or(Timeline other) {
        Timeline merged = this;
        for (Map.Entry<Step, Instant> entry : other.times.entrySet()) {
            merged = merged.with(entry.getKey(), entry.getValue());
        }
        return merged;
    }

    /// The latest recorded step, in protocol order.
    public Optional<Step> latest() {
        return times.keySet().stream().max(Comparator.naturalOrder());
    }

    /// When a step was first observed.
    public Optional<Instant> at(Step step) {
        return Optional.ofNullable(times.get(step));
    }
}
