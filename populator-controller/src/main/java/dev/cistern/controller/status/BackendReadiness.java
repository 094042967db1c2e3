package dev.cistern.controller.status;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.storagebackendstatus.Probe;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.status.StatusPlanner.Verdict;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/// The readiness of a StorageBackend: what the last probe found, or what a run found since. The newest observation decides; one that says
/// less than another, because it could not check everything, does not decide against it.
final class BackendReadiness {
    private BackendReadiness() {}

    /// The verdict.
    ///
    /// @param runs that read from the backend, also as it was before
    /// @param current whether a run reads from the backend as it is now
    /// @param probe of the backend as it is now
    static Verdict of(
            List<VolumePopulation> runs,
            Predicate<VolumePopulation> current,
            Optional<Probe> probe) {
        Optional<BackendUse.Seen> run = BackendUse.newest(runs, current);
        if (probe.isEmpty()) {
            return run.map(BackendUse.Seen::verdict)
                    .orElseGet(() -> BackendUse.notUsed(runs, current));
        }
        Instant at = probe.get().getFinishedAt().toInstant();
        boolean runIsNewer = run.filter(seen -> seen.at().isAfter(at)).isPresent();
        boolean runWasFine = run.filter(seen -> seen.verdict().status().equals("True")).isPresent();
        boolean runDecides =
                switch (probe.get().getOutcome()) {
                    case SUCCEEDED, FAILED -> runIsNewer;
                    case PARTIAL -> runIsNewer || runWasFine;
                    case UNKNOWN -> run.isPresent();
                };
        return runDecides
                ? run.map(BackendUse.Seen::verdict).orElseThrow()
                : of(
                        probe.get(),
                        DateTimeFormatter.ISO_INSTANT.format(at.truncatedTo(ChronoUnit.SECONDS)));
    }

    private static Verdict of(Probe probe, String at) {
        String words = Objects.requireNonNullElse(probe.getMessage(), "");
        String said = "probe at " + at + ": " + words;
        String reason = Objects.requireNonNullElse(probe.getReason(), EventReason.PROBE_FAILED);
        return switch (probe.getOutcome()) {
            case SUCCEEDED -> new Verdict("True", EventReason.PROBED, said);
            case PARTIAL -> new Verdict("Unknown", EventReason.PARTLY_CHECKED, said);
            case FAILED -> new Verdict("False", reason, said, "the probe says: " + words);
            case UNKNOWN -> new Verdict("Unknown", EventReason.PROBE_FAILED, said);
        };
    }
}
