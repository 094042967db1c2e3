package dev.cistern.controller.population.observe;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationStatus;
import dev.cistern.api.v1alpha1.volumepopulationspec.Source;
import dev.cistern.api.v1alpha1.volumepopulationstatus.LastFailure;
import dev.cistern.api.v1alpha1.volumepopulationstatus.Progress;
import dev.cistern.api.v1alpha1.volumepopulationstatus.Revisions;
import dev.cistern.api.v1alpha1.volumepopulationstatus.Steps;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.model.RunSnapshot;
import dev.cistern.controller.population.model.AttemptResult;
import dev.cistern.controller.population.model.LastReport;
import dev.cistern.controller.population.model.Run;
import dev.cistern.controller.population.model.RunStatus;
import dev.cistern.controller.population.model.Step;
import dev.cistern.controller.population.model.Timeline;
import dev.cistern.controller.population.model.WaitingRecord;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Converts between a run and its record in the cluster.
public final class RunRecords {
    /// Type of the condition that says whether the PVC holds the data.
    public static final String CONDITION_POPULATED = "Populated";

    private RunRecords() {}

    /// The record of a PVC that waits.
    static WaitingRecord waiting(VolumePopulation record) {
        return new WaitingRecord(
                record.getMetadata().getUid(),
                record.getMetadata().getResourceVersion() == null
                        ? ""
                        : record.getMetadata().getResourceVersion(),
                record.getMetadata().getDeletionTimestamp() != null,
                Optional.ofNullable(record.getStatus()).flatMap(RunRecords::status));
    }

    /// The planner's record of a run.
    ///
    /// @param sourceUid UID of the object that the PVC names now; null when there is none
    static Run run(VolumePopulation record, @Nullable String sourceUid) {
        Map<String, String> annotations = record.getMetadata().getAnnotations();
        String fingerprint =
                annotations == null ? null : annotations.get(Names.ANNOTATION_FINGERPRINT);
        Source source = record.getSpec().getSource();
        return new Run(
                record.getMetadata().getUid(),
                record.getMetadata().getDeletionTimestamp() != null,
                new RunSnapshot(record.getSpec(), fingerprint == null ? "" : fingerprint),
                Optional.ofNullable(record.getStatus()).flatMap(RunRecords::status),
                Optional.ofNullable(record.getStatus())
                        .map(VolumePopulationStatus::getProgress)
                        .map(RunRecords::report),
                annotations == null ? null : annotations.get(Names.ANNOTATION_RETRY),
                !source.getUid().equals(sourceUid));
    }

    private static LastReport report(Progress progress) {
        return new LastReport(
                progress.getAttempt() == null ? 0 : progress.getAttempt(),
                instant(progress.getUpdatedAt()),
                progress.getStage() == Progress.Stage.CONNECTING,
                orZero(progress.getBytesDone()),
                Optional.ofNullable(progress.getTrouble()),
                progress.getRevisions() == null
                        ? Map.of()
                        : progress.getRevisions().stream()
                                .collect(
                                        Collectors.toMap(
                                                one -> one.getSource(),
                                                one -> one.getRevision(),
                                                (a, b) -> a)),
                AttemptResult.read(progress.getResult()));
    }

    /// The written status of a run; empty when only its Job has reported so far.
    public static Optional<RunStatus> status(VolumePopulationStatus status) {
        if (status.getPhase() == null) {
            return Optional.empty();
        }
        Optional<RunStatus.Result> result =
                status.getBytes() == null
                        ? Optional.empty()
                        : Optional.of(
                                new RunStatus.Result(
                                        status.getBytes(),
                                        orZero(status.getFiles()),
                                        orZero(status.getBytesFetched()),
                                        orZero(status.getBytesResumed()),
                                        status.getManifestDigest()));
        Instant started = instant(status.getStartedAt());
        return Optional.of(
                new RunStatus(
                        RunPhase.of(status.getPhase().getValue()),
                        orEmpty(status.getReason()),
                        orEmpty(status.getMessage()),
                        orZero(status.getAttempts()),
                        orZero(status.getFailures()),
                        instant(status.getNextAttemptAt()),
                        instant(status.getWaitingSince()),
                        status.getNode(),
                        started == null ? Instant.EPOCH : started,
                        instant(status.getFinishedAt()),
                        Optional.ofNullable(status.getLastFailure())
                                .map(
                                        last ->
                                                new RunStatus.LastFailure(
                                                        orZero(last.getAttempt()),
                                                        orEmpty(last.getReason()),
                                                        orEmpty(last.getMessage()),
                                                        instant(last.getAt()))),
                        result,
                        status.getRevisions() == null
                                ? Map.of()
                                : status.getRevisions().stream()
                                        .collect(
                                                Collectors.toMap(
                                                        Revisions::getSource,
                                                        Revisions::getRevision,
                                                        (a, b) -> a))));
    }

    /// The steps of a record.
    static Timeline timeline(@Nullable VolumePopulationStatus status) {
        Timeline timeline = Timeline.EMPTY;
        if (status != null && status.getSteps() != null) {
            for (Steps step : status.getSteps()) {
                for (Step known : Step.values()) {
                    if (known.text().equals(step.getName())) {
                        timeline = timeline.with(known, step.getAt().toInstant());
                    }
                }
            }
        }
        return timeline;
    }

    /// The status to write. Progress is written from the Job's reports until the run has succeeded.
    public static VolumePopulationStatus write(RunStatus status, Timeline timeline) {
        VolumePopulationStatus out = new VolumePopulationStatus();
        out.setPhase(phase(status.phase()));
        out.setReason(status.reason().isEmpty() ? null : status.reason());
        out.setMessage(cut(status.message()));
        out.setAttempts(status.attempts());
        out.setFailures(status.failures());
        out.setWaitingSince(zoned(status.waitingSince()));
        status.lastFailure()
                .ifPresent(
                        failure -> {
                            LastFailure last = new LastFailure();
                            last.setAttempt(failure.attempt());
                            last.setReason(failure.reason());
                            last.setMessage(cut(failure.message()));
                            last.setAt(zoned(failure.at()));
                            out.setLastFailure(last);
                        });
        out.setNextAttemptAt(zoned(status.nextAttempt()));
        out.setNode(status.node());
        out.setStartedAt(zoned(status.started()));
        out.setFinishedAt(zoned(status.finished()));
        List<Steps> steps = new ArrayList<>();
        for (Step step : Step.values()) {
            timeline.at(step)
                    .ifPresent(
                            at -> {
                                Steps one = new Steps();
                                one.setName(step.text());
                                one.setAt(at.atZone(ZoneOffset.UTC));
                                steps.add(one);
                            });
        }
        out.setSteps(steps.isEmpty() ? null : steps);
        out.setRevisions(revisions(status.revisions()));
        status.result()
                .ifPresent(
                        result -> {
                            out.setBytes(result.bytes());
                            out.setFiles(result.files());
                            out.setBytesFetched(result.bytesFetched());
                            out.setBytesResumed(result.bytesResumed());
                            out.setManifestDigest(result.manifestDigest());
                            if (status.phase() == RunPhase.SUCCEEDED) {
                                out.setProgress(complete(result));
                            }
                        });
        out.setConditions(List.of(populated(status)));
        return out;
    }

    private static @Nullable List<Revisions> revisions(Map<Integer, String> revisions) {
        List<Revisions> all = new ArrayList<>();
        revisions.forEach(
                (source, revision) -> {
                    Revisions one = new Revisions();
                    one.setSource(source);
                    one.setRevision(revision);
                    all.add(one);
                });
        return all.isEmpty() ? null : all;
    }

    /// The Job's last report may be up to a second older than its end. No report is accepted afterwards, so these
    /// fields are written here.
    private static Progress complete(RunStatus.Result result) {
        Progress progress = new Progress();
        progress.setPercent(100);
        progress.setDisplay("100%");
        progress.setBytesDone(result.bytes());
        progress.setBytesTotal(result.bytes());
        progress.setFilesDone(result.files());
        progress.setFilesTotal(result.files());
        progress.setTotalsFinal(true);
        progress.setEtaSeconds(0L);
        progress.setEta("0s");
        return progress;
    }

    private static Condition populated(RunStatus status) {
        Instant since = status.finished() == null ? status.started() : status.finished();
        return new ConditionBuilder()
                .withType(CONDITION_POPULATED)
                .withStatus(status.phase() == RunPhase.SUCCEEDED ? "True" : "False")
                .withReason(status.reason().isEmpty() ? status.phase().text() : status.reason())
                .withMessage(cut(status.message()))
                .withLastTransitionTime(DateTimeFormatter.ISO_INSTANT.format(since))
                .build();
    }

    private static VolumePopulationStatus.Phase phase(RunPhase phase) {
        return switch (phase) {
            case PENDING -> VolumePopulationStatus.Phase.PENDING;
            case PROVISIONING -> VolumePopulationStatus.Phase.PROVISIONING;
            case POPULATING -> VolumePopulationStatus.Phase.POPULATING;
            case BINDING -> VolumePopulationStatus.Phase.BINDING;
            case SUCCEEDED -> VolumePopulationStatus.Phase.SUCCEEDED;
            case FAILED -> VolumePopulationStatus.Phase.FAILED;
        };
    }

    private static String cut(String text) {
        // The API's limit is 4,096 characters.
        return text.length() <= 4000 ? text : text.substring(0, 4000) + " …";
    }

    private static int orZero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    private static long orZero(@Nullable Long number) {
        return number == null ? 0 : number;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable Instant instant(@Nullable ZonedDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private static @Nullable ZonedDateTime zoned(@Nullable Instant time) {
        return time == null ? null : time.atZone(ZoneOffset.UTC);
    }
}
