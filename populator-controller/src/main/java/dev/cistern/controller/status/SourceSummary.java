package dev.cistern.controller.status;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationStatus;
import dev.cistern.api.v1alpha1.objectvolumepopulatorstatus.Counts;
import dev.cistern.api.v1alpha1.objectvolumepopulatorstatus.Runs;
import dev.cistern.api.v1alpha1.volumepopulationstatus.Progress;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.RunPhase;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A summary of all runs of one populator or dataset, bounded in size.
///
/// @param message human-readable
/// @param counts by state
/// @param runs PVCs without a run, then runs in progress, then finished ones, newest first, at most [#MAX_RUNS]
record SourceSummary(String message, Counts counts, List<Runs> runs) {
    /// The API's limit.
    static final int MAX_RUNS = 32;

    private static final int MAX_MESSAGE = 1_000;

    /// Summarizes.
    ///
    /// @param records of all PVCs that name the object
    /// @param waiting PVCs without a record
    /// @param why what they wait for, if the object itself is the cause
    static SourceSummary of(
            List<VolumePopulation> records, List<ClaimKey> waiting, Optional<String> why) {
        int pending = waiting.size();
        int running = 0;
        int succeeded = 0;
        int failed = 0;
        for (VolumePopulation record : records) {
            switch (phase(record)) {
                case PENDING, PROVISIONING -> pending++;
                case POPULATING, BINDING -> running++;
                case SUCCEEDED -> succeeded++;
                case FAILED -> failed++;
            }
        }
        Counts counts = new Counts();
        counts.setPending(pending);
        counts.setRunning(running);
        counts.setSucceeded(succeeded);
        counts.setFailed(failed);
        Stream<Runs> recorded =
                records.stream()
                        .sorted(
                                Comparator.<VolumePopulation, Boolean>comparing(
                                                record -> phase(record).settled())
                                        .thenComparing(
                                                record ->
                                                        record.getMetadata().getCreationTimestamp(),
                                                Comparator.reverseOrder())
                                        .thenComparing(r -> r.getMetadata().getName()))
                        .limit(MAX_RUNS)
                        .map(SourceSummary::run);
        List<Runs> runs =
                Stream.concat(waiting.stream().map(claim -> waiting(claim, why)), recorded)
                        .limit(MAX_RUNS)
                        .toList();
        String message = message(pending, running, succeeded, failed);
        return new SourceSummary(
                pending == 0 ? message : why.map(w -> message + ": " + w).orElse(message),
                counts,
                runs);
    }

    private static Runs waiting(ClaimKey claim, Optional<String> why) {
        Runs run = new Runs();
        run.setNamespace(claim.namespace());
        run.setPvc(claim.name());
        run.setUid(claim.uid());
        run.setPhase(RunPhase.PENDING.text());
        run.setMessage(why.map(SourceSummary::shortened).orElse(null));
        return run;
    }

    private static String shortened(String message) {
        return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + " …";
    }

    private static String message(int pending, int running, int succeeded, int failed) {
        int all = pending + running + succeeded + failed;
        if (all == 0) {
            return "no PersistentVolumeClaim uses this now";
        }
        if (succeeded == all) {
            return "Populated successfully";
        }
        StringBuilder text = new StringBuilder();
        text.append(succeeded).append(" of ").append(all).append(" populated");
        if (running > 0) {
            text.append(", ").append(running).append(" running");
        }
        if (pending > 0) {
            text.append(", ").append(pending).append(" pending");
        }
        if (failed > 0) {
            text.append(", ").append(failed).append(" failed");
        }
        return text.toString();
    }

    static RunPhase phase(VolumePopulation record) {
        VolumePopulationStatus status = record.getStatus();
        return status == null || status.getPhase() == null
                ? RunPhase.PENDING
                : RunPhase.of(status.getPhase().getValue());
    }

    private static Runs run(VolumePopulation record) {
        Runs run = new Runs();
        RunPhase phase = phase(record);
        run.setNamespace(record.getMetadata().getNamespace());
        run.setPvc(record.getSpec().getPvc().getName());
        run.setUid(record.getSpec().getPvc().getUid());
        run.setPhase(phase.text());
        VolumePopulationStatus status = record.getStatus();
        if (status == null) {
            return run;
        }
        run.setAttempts(status.getAttempts());
        Progress progress = status.getProgress();
        if (phase == RunPhase.SUCCEEDED) {
            run.setPercent(100);
        } else if (progress != null) {
            run.setPercent(progress.getPercent());
        }
        if (progress != null && !phase.settled()) {
            run.setRate(progress.getRate());
            run.setEta(progress.getEta());
        }
        String message = status.getMessage();
        run.setMessage(message == null ? null : shortened(message));
        return run;
    }
}
