package dev.cistern.controller.status;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationStatus;
import dev.cistern.controller.model.Phase;
import dev.cistern.controller.model.Why;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the runs that read from a StorageBackend tell about it. The controller has no credentials and never asks the store
/// itself: the newest run that got in, or was kept out, says whether the backend can be used.
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

    /// What one run tells.
    private record Word(Instant at, Verdict verdict) {}

    /// The newest word counts.
    ///
    /// @param runs that read from the backend as it is now
    static Verdict verdict(List<VolumePopulation> runs) {
        long underWay = runs.stream().filter(run -> !SourceSummary.phase(run).settled()).count();
        return runs.stream()
                .flatMap(BackendUse::word)
                .max(Comparator.comparing(Word::at))
                .map(Word::verdict)
                .orElseGet(
                        () ->
                                new Verdict(
                                        "Unknown",
                                        Why.NOT_USED_YET,
                                        underWay == 0
                                                ? "no run has read from it yet: the first shows"
                                                      + " whether the store is there and lets it in"
                                                : "its first run is under way"));
    }

    private static Stream<Word> word(VolumePopulation run) {
        VolumePopulationStatus status = run.getStatus();
        if (status == null) {
            return Stream.empty();
        }
        Instant at =
                Stream.of(status.getFinishedAt(), updated(status), status.getStartedAt())
                        .flatMap(time -> Optional.ofNullable(time).stream())
                        .map(ZonedDateTime::toInstant)
                        .findFirst()
                        .orElse(Instant.EPOCH);
        String claim = run.getMetadata().getNamespace() + "/" + run.getSpec().getPvc().getName();
        if (SourceSummary.phase(run) == Phase.SUCCEEDED) {
            String time = DateTimeFormatter.ISO_INSTANT.format(at.truncatedTo(ChronoUnit.SECONDS));
            return Stream.of(
                    new Word(
                            at,
                            new Verdict(
                                    "True",
                                    Why.USED,
                                    "last read from successfully at "
                                            + time
                                            + ", for PersistentVolumeClaim "
                                            + claim)));
        }
        String reason = status.getReason();
        if (reason == null || !OF_THE_BACKEND.contains(reason) || severalBackends(run)) {
            return Stream.empty();
        }
        return Stream.of(
                new Word(
                        at,
                        new Verdict(
                                "False",
                                reason,
                                "the run of PersistentVolumeClaim "
                                        + claim
                                        + " says: "
                                        + status.getMessage())));
    }

    private static @Nullable ZonedDateTime updated(VolumePopulationStatus status) {
        return status.getProgress() == null ? null : status.getProgress().getUpdatedAt();
    }

    /// Which of them a failure is about is not told.
    private static boolean severalBackends(VolumePopulation run) {
        return run.getSpec().getSources().stream()
                        .map(source -> String.valueOf(source.getBackendName()))
                        .distinct()
                        .count()
                > 1;
    }
}
