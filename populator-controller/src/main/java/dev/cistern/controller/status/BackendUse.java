package dev.cistern.controller.status;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationStatus;
import dev.cistern.api.v1alpha1.volumepopulationstatus.LastFailure;
import dev.cistern.api.v1alpha1.volumepopulationstatus.Progress;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.status.StatusPlanner.Verdict;
import dev.cistern.populate.wire.Reason;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the runs that read from a StorageBackend show of it: the newest that read from it, or was refused.
final class BackendUse {
    /// Failures caused by the backend. Those about one bucket, key or volume are not: a tenant must not make a shared
    /// backend not ready with a path that is denied or missing.
    private static final Set<String> OF_THE_BACKEND =
            Set.of(
                    Reason.INVALID_CONFIGURATION.wireName(),
                    Reason.INVALID_CREDENTIALS.wireName(),
                    Reason.SOURCE_UNAVAILABLE.wireName(),
                    Reason.SOURCE_STALLED.wireName());

    private BackendUse() {}

    /// Maximum number of runs checked for whether they read from the backend with its current spec, newest first. If
    /// the backend was not changed, the first one suffices; otherwise the newest one after the change. Runs are kept as
    /// long as their PVCs.
    static final int MAX_CHECKED_RUNS = 100;

    /// What a run shows.
    ///
    /// @param at when it did
    record Seen(Instant at, Verdict verdict) {}

    /// The newest observation; empty when no run says anything of the backend.
    ///
    /// @param runs that read from the backend, also as it was before
    /// @param current whether a run reads from the backend with its current spec
    static Optional<Seen> newest(List<VolumePopulation> runs, Predicate<VolumePopulation> current) {
        return newest(runs.stream().filter(BackendUse::hasEvidence))
                .filter(current)
                .flatMap(run -> verdict(run).map(verdict -> new Seen(at(run), verdict)).stream())
                .findFirst();
    }

    /// What is said before there is an observation.
    static Verdict notUsed(List<VolumePopulation> runs, Predicate<VolumePopulation> current) {
        return notUsed(newest(runs.stream().filter(BackendUse::underWay)), current);
    }

    private static Stream<VolumePopulation> newest(Stream<VolumePopulation> runs) {
        return runs.sorted(Comparator.comparing(BackendUse::at).reversed()).limit(MAX_CHECKED_RUNS);
    }

    private static Verdict notUsed(
            Stream<VolumePopulation> underWay, Predicate<VolumePopulation> current) {
        return new Verdict(
                "Unknown",
                EventReason.NOT_USED_YET,
                underWay.anyMatch(current)
                        ? "its first run is under way"
                        : "neither a probe nor a run has read from it yet; without spec.probe.path"
                              + " and spec.allowedPaths a probe looks at what the first Dataset or"
                              + " populator names");
    }

    private static boolean underWay(VolumePopulation run) {
        return !SourceSummary.phase(run).settled();
    }

    private static Instant at(VolumePopulation run) {
        VolumePopulationStatus status = run.getStatus();
        return status == null
                ? Instant.EPOCH
                : Stream.of(status.getFinishedAt(), newestOf(status), status.getStartedAt())
                        .flatMap(time -> Optional.ofNullable(time).stream())
                        .map(ZonedDateTime::toInstant)
                        .findFirst()
                        .orElse(Instant.EPOCH);
    }

    private static @Nullable ZonedDateTime newestOf(VolumePopulationStatus status) {
        LastFailure failure = status.getLastFailure();
        return Stream.of(updated(status), failure == null ? null : failure.getAt())
                .flatMap(time -> Optional.ofNullable(time).stream())
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    private static boolean hasEvidence(VolumePopulation run) {
        return SourceSummary.phase(run) == RunPhase.SUCCEEDED || failureOfBackend(run).isPresent();
    }

    private static Optional<Verdict> verdict(VolumePopulation run) {
        String claim = run.getMetadata().getNamespace() + "/" + run.getSpec().getPvc().getName();
        if (SourceSummary.phase(run) == RunPhase.SUCCEEDED) {
            String time =
                    DateTimeFormatter.ISO_INSTANT.format(at(run).truncatedTo(ChronoUnit.SECONDS));
            return Optional.of(
                    new Verdict(
                            "True",
                            EventReason.USED,
                            "last read from successfully at "
                                    + time
                                    + ", for PersistentVolumeClaim "
                                    + claim));
        }
        return failureOfBackend(run)
                .map(
                        failure ->
                                new Verdict(
                                        "False",
                                        failure.getReason(),
                                        "the run of PersistentVolumeClaim "
                                                + claim
                                                + " says: "
                                                + failure.getMessage()));
    }

    private static Optional<LastFailure> failureOfBackend(VolumePopulation run) {
        return Optional.ofNullable(run.getStatus())
                .flatMap(BackendUse::failure)
                .filter(failure -> OF_THE_BACKEND.contains(String.valueOf(failure.getReason())))
                .filter(_ -> !severalBackends(run));
    }

    /// What blocks a run. The failure of its last attempt counts until the next one receives data: while that connects
    /// nothing new is known, and an unavailable backend would alternate between attempts.
    private static Optional<LastFailure> failure(VolumePopulationStatus status) {
        LastFailure last = status.getLastFailure();
        if (last == null) {
            LastFailure only = new LastFailure();
            only.setReason(status.getReason());
            only.setMessage(status.getMessage());
            return Optional.of(only);
        }
        return makesProgress(status, last) ? Optional.empty() : Optional.of(last);
    }

    private static boolean makesProgress(VolumePopulationStatus status, LastFailure last) {
        Progress now = status.getProgress();
        return now != null
                && now.getAttempt() != null
                && last.getAttempt() != null
                && now.getAttempt() > last.getAttempt()
                && now.getTrouble() == null
                && now.getStage() != Progress.Stage.CONNECTING;
    }

    private static @Nullable ZonedDateTime updated(VolumePopulationStatus status) {
        return status.getProgress() == null ? null : status.getProgress().getUpdatedAt();
    }

    /// A failure does not name which of several backends caused it.
    private static boolean severalBackends(VolumePopulation run) {
        return run.getSpec().getSources().stream()
                        .map(source -> String.valueOf(source.getBackendName()))
                        .distinct()
                        .count()
                > 1;
    }
}
