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

/// The readiness of a StorageBackend, derived from the runs that read from it: the controller has no credentials and never asks the store
/// itself. The newest run that read from it, or was refused, decides.
final class BackendUse {
    /// Failures that are the backend's. What is about one bucket, key or volume is not: a tenant must not turn a shared backend
    /// to not ready by a path that is denied or not there.
    private static final Set<String> OF_THE_BACKEND =
            Set.of(
                    Reason.INVALID_CONFIGURATION.wireName(),
                    Reason.INVALID_CREDENTIALS.wireName(),
                    Reason.SOURCE_UNAVAILABLE.wireName(),
                    Reason.SOURCE_STALLED.wireName());

    private BackendUse() {}

    /// Runs that are asked whether they read from the backend as it is now, the newest first. Of one that was not changed the first will
    /// do; of one that was, the newest after the change. Runs are kept for as long as their PVCs, and cost nothing more when they are old.
    static final int MOST_ASKED = 100;

    /// The newest observation counts.
    ///
    /// @param runs that read from the backend, also as it was before
    /// @param asItIs whether a run reads from the backend as it is now
    static Verdict verdict(List<VolumePopulation> runs, Predicate<VolumePopulation> asItIs) {
        return newest(runs.stream().filter(BackendUse::tells))
                .filter(asItIs)
                .flatMap(run -> word(run).stream())
                .findFirst()
                .orElseGet(
                        () -> notUsed(newest(runs.stream().filter(BackendUse::underWay)), asItIs));
    }

    private static Stream<VolumePopulation> newest(Stream<VolumePopulation> runs) {
        return runs.sorted(Comparator.comparing(BackendUse::at).reversed()).limit(MOST_ASKED);
    }

    private static Verdict notUsed(
            Stream<VolumePopulation> underWay, Predicate<VolumePopulation> asItIs) {
        return new Verdict(
                "Unknown",
                EventReason.NOT_USED_YET,
                underWay.anyMatch(asItIs)
                        ? "its first run is under way"
                        : "no run has read from it yet; the first will show whether the store is"
                                + " reachable and accepts the credentials");
    }

    private static boolean underWay(VolumePopulation run) {
        return !SourceSummary.phase(run).settled();
    }

    private static Instant at(VolumePopulation run) {
        VolumePopulationStatus status = run.getStatus();
        return status == null
                ? Instant.EPOCH
                : Stream.of(status.getFinishedAt(), updated(status), status.getStartedAt())
                        .flatMap(time -> Optional.ofNullable(time).stream())
                        .map(ZonedDateTime::toInstant)
                        .findFirst()
                        .orElse(Instant.EPOCH);
    }

    private static boolean tells(VolumePopulation run) {
        return SourceSummary.phase(run) == RunPhase.SUCCEEDED || failureOfBackend(run).isPresent();
    }

    private static Optional<Verdict> word(VolumePopulation run) {
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

    /// What keeps a run from its data. How its last attempt failed holds until the next one gets something: while that connects nothing is
    /// known that was not before, and a backend that is away would be so between attempts only.
    private static Optional<LastFailure> failure(VolumePopulationStatus status) {
        LastFailure last = status.getLastFailure();
        if (last == null) {
            LastFailure only = new LastFailure();
            only.setReason(status.getReason());
            only.setMessage(status.getMessage());
            return Optional.of(only);
        }
        return getsOn(status, last) ? Optional.empty() : Optional.of(last);
    }

    private static boolean getsOn(VolumePopulationStatus status, LastFailure last) {
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

    /// A failure does not say which of several backends it is about.
    private static boolean severalBackends(VolumePopulation run) {
        return run.getSpec().getSources().stream()
                        .map(source -> String.valueOf(source.getBackendName()))
                        .distinct()
                        .count()
                > 1;
    }
}
