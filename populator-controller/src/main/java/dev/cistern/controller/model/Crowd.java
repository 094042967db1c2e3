package dev.cistern.controller.model;

import java.time.Duration;

/// How many runs are under way at once, and how much is told of each for that reason.
///
/// A run that somebody watches tells of every phase that lasts a second. Of a thousand runs nobody reads each phase, but each
/// would be a write; then a phase is told only when it lasts unusually long. Steps, failures and ends are always told.
///
/// @param underWay runs that this controller has under way, at least 0
/// @param turn whether this PVC may have its run begun now, if it has none
public record Crowd(int underWay, boolean turn) {
    /// One run, watched by itself.
    public static final Crowd ALONE = new Crowd(1, true);

    /// More than a person follows one by one.
    private static final int MANY = 5;

    /// Long enough for provisioning, short enough that nobody who watches misses a phase that lasts.
    private static final Duration SETTLE = Duration.ofSeconds(1);

    /// Half a second for each run: phases told stay below two a second in all.
    private static final Duration SETTLE_EACH = Duration.ofMillis(500);

    private static final Duration SETTLE_MOST = Duration.ofSeconds(30);

    /// A volume that takes longer than this is worth a word to the user; most take less.
    private static final Duration SLOW_VOLUME = Duration.ofSeconds(5);

    /// Whether single phases are lost among the others.
    public boolean many() {
        return underWay > MANY;
    }

    /// How long a phase must last to be told, 1 s to 30 s.
    public Duration settle() {
        return many() ? shorter(SETTLE_EACH.multipliedBy(underWay), SETTLE_MOST) : SETTLE;
    }

    /// How long a volume may take before its wait is told and its provisioner asked about, 5 s to 30 s.
    public Duration slowVolume() {
        return settle().compareTo(SLOW_VOLUME) > 0 ? settle() : SLOW_VOLUME;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
