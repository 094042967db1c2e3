package dev.cistern.controller.population.filler;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.job.PodTrouble;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.RunSnapshot;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Prime;
import dev.cistern.controller.population.model.Run;
import dev.cistern.controller.population.model.Settings;
import dev.cistern.populate.wire.Fault;
import dev.cistern.populate.wire.Reason;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Fills with populate Jobs: one Job per attempt.
public final class JobFiller implements Filler {
    private final JobManifest jobs;
    private final PopulateContainer container;
    private final JobReports reports;

    JobFiller(Settings settings) {
        this.jobs = new JobManifest(settings);
        this.container = new PopulateContainer(settings);
        this.reports = new JobReports(settings.reportUrl());
    }

    @Override
    public FillState observe(ClusterView view, Claim claim, Optional<Run> run, Instant now) {
        String uid = claim.key().uid();
        List<Job> all = ofRun(run, view.jobs(uid));
        List<Pod> pods = ofRun(run, view.pods(uid));
        boolean matters = !claim.deleting() && run.filter(r -> !r.phase().settled()).isPresent();
        boolean unexplained = matters && JobAttempts.unexplained(all, pods);
        if (unexplained) {
            pods = view.podsNow(run.get().snapshot().spec().getPrimeNamespace(), uid);
            unexplained = JobAttempts.unexplained(all, pods);
        }
        return new FillState(
                JobAttempts.read(
                        all,
                        pods,
                        new PodTrouble("populate", view::warning, now),
                        run.flatMap(Run::report)),
                JobAttempts.live(pods),
                unexplained);
    }

    /// Objects in the run's own namespace: elsewhere anyone could label a Job as ours and determine its result.
    private static <T extends HasMetadata> List<T> ofRun(Optional<Run> run, List<T> labelled) {
        return run.map(r -> r.snapshot().spec().getPrimeNamespace())
                .map(
                        namespace ->
                                labelled.stream()
                                        .filter(
                                                o ->
                                                        namespace.equals(
                                                                o.getMetadata().getNamespace()))
                                        .toList())
                .orElse(labelled);
    }

    @Override
    public List<Action> start(
            Claim claim,
            RunSnapshot snapshot,
            Map<Integer, String> revisions,
            Prime prime,
            int number) {
        return List.of(
                new Action.CreateJob(jobs.of(claim, snapshot, revisions, prime, number), number));
    }

    @Override
    public String activity(Run run, int number, boolean followed) {
        return StoreStatus.doing(run, number, followed);
    }

    @Override
    public Optional<String> stalled(Run run, int number) {
        return StoreStatus.trouble(run, number);
    }

    @Override
    public NextReport nextReport(Observed seen, Attempt attempt, Instant since) {
        return reports.next(seen, attempt, since);
    }

    @Override
    public Attempt.Failure explain(Observed seen, Attempt.Failure failure) {
        VolumePopulationSpec spec = seen.run().orElseThrow().snapshot().spec();
        Generic generic = spec.getGeneric() == null ? new Generic() : spec.getGeneric();
        if (failure.reason().equals(Reason.INTERRUPTED.wireName()) && tookTooLong(seen, generic)) {
            return new Attempt.Failure(
                    Fault.RUN,
                    EventReason.DEADLINE_EXCEEDED,
                    "the attempt took longer than its activeDeadlineSeconds");
        }
        if (failure.reason().equals(EventReason.OUT_OF_MEMORY)) {
            Quantity limit = container.resources(generic.getResources()).getLimits().get("memory");
            return new Attempt.Failure(
                    failure.fault(),
                    failure.reason(),
                    failure.message()
                            + (limit == null ? "" : " (limits.memory: " + limit + ")")
                            + "; allow it more by generic.resources.limits.memory of "
                            + seen.claim().source().display()
                            + ", or for all by CISTERN_POPULATE_LIMITS of the controller");
        }
        return failure;
    }

    @Override
    public Attempt.Failure vanished() {
        return new Attempt.Failure(
                Fault.CLUSTER, EventReason.DISRUPTED, "the Job was deleted before it ended");
    }

    private static boolean tookTooLong(Observed seen, Generic generic) {
        long seconds =
                generic.getActiveDeadlineSeconds() == null
                        ? JobManifest.DEADLINE_SECONDS
                        : generic.getActiveDeadlineSeconds();
        return seen.latest()
                .filter(a -> !seen.now().isBefore(a.created().plusSeconds(seconds)))
                .isPresent();
    }

    @Override
    public List<Action> remove(Observed seen) {
        return seen.attempts().stream()
                .filter(attempt -> !attempt.deleting())
                .<Action>map(
                        attempt ->
                                new Action.DeleteJob(
                                        attempt.namespace(), attempt.name(), attempt.uid()))
                .toList();
    }
}
