package dev.cistern.controller.population.model;

import java.time.Duration;

/// Number of runs in progress, and the resulting level of detail of reporting.
///
/// With a few runs every phase that lasts a second is written. With a thousand, each phase would be a write that nobody
/// reads; then a phase is written only when it lasts unusually long. Steps, failures and ends always are.
///
/// @param underWay number of runs in progress, at least 0
/// @param admitted whether the run of this PVC may start now, if it has none
public record LoadLevel(int underWay, boolean admitted) {
    /// A single run.
    public static final LoadLevel ALONE = new LoadLevel(1, true);

    /// More runs than someone follows individually.
    private static final int MANY = 5;

    /// Longer than provisioning usually takes.
    private static final Duration SETTLE = Duration.ofSeconds(1);

    /// Half a second for each run: at most two phases a second in all.
    private static final Duration SETTLE_EACH = Duration.ofMillis(500);

    private static final Duration SETTLE_MOST = Duration.ofSeconds(30);

    /// Most volumes are faster; a slower one is reported.
    private static final Duration SLOW_VOLUME = Duration.ofSeconds(5);

    /// Whether there are too many runs to follow individually.
    public boolean high() {
        return underWay > MANY;
    }

    /// How long a phase must last to be written, 1 s to 30 s.
    public Duration settle() {
        return high() ? shorter(SETTLE_EACH.multipliedBy(underWay), SETTLE_MOST) : SETTLE;
    }

    /// How long a volume may take before the wait is reported and the provisioner's warnings are looked up, 5 s to 30
    /// s.
    public Duration slowVolume() {
        return settle().compareTo(SLOW_VOLUME) > 0 ? settle() : SLOW_VOLUME;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
