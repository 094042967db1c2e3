package dev.cistern.controller.population.plan;

import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Run;
import dev.cistern.controller.population.model.RunStatus;
import dev.cistern.controller.population.model.Step;
import dev.cistern.controller.population.model.Volume;
import dev.cistern.controller.population.model.WaitingRecord;
import java.time.Duration;
import java.util.Optional;

/// Plans the end of a run: the PVC is deleted or bound, the run has failed, or the volume is being handed over.
final class EndPlanner {
    /// When two informers disagree, one of them is behind.
    private static final Duration SOON = Duration.ofSeconds(1);

    private EndPlanner() {}

    /// The PVC is being deleted: deletes its Jobs and its prime, then our finalizer. Depends on nothing else.
    static void deleted(PlanBuilder plan) {
        clear(plan);
    }

    /// The filled volume is gone: nothing is filled again, and the remaining objects are deleted.
    static void lost(PlanBuilder plan) {
        clear(plan);
    }

    /// Deletes the remaining objects of the run; then removes the finalizer.
    private static void clear(PlanBuilder plan) {
        if (!plan.seen.childless()) {
            plan.deleteAttempts();
            plan.deletePrime();
            return;
        }
        if (plan.claim().hasFinalizer()) {
            plan.add(new Action.RemoveFinalizer(plan.claim()));
        }
        plan.finished();
    }

    /// The PVC is bound, to the volume that was filled for it or to another.
    static void bound(PlanBuilder plan) {
        Observed seen = plan.seen;
        Claim claim = seen.claim();
        boolean succeeded = seen.run().filter(run -> run.phase() == RunPhase.SUCCEEDED).isPresent();
        boolean untouched = seen.run().isEmpty() && !claim.hasFinalizer() && seen.childless();
        if (seen.boundVolume().isEmpty()) {
            if (succeeded) {
                clear(plan);
            } else if (!untouched) {
                plan.requeueAfter(SOON);
            }
            return;
        }
        Volume volume = seen.boundVolume().get();
        if (succeeded || volume.givenTo(claim.key().uid())) {
            if (!succeeded) {
                populated(plan);
            }
            clear(plan);
        } else if (volume.populatedFor() != null && untouched) {
            // Filled for an earlier PVC of this name, for example before it was restored from a
            // backup.
            plan.finished();
        } else if (!claim.key().uid().equals(volume.claimUid())) {
            plan.requeueAfter(SOON);
        } else {
            elsewhere(plan, volume);
        }
    }

    private static void populated(PlanBuilder plan) {
        plan.mark(Step.BOUND);
        if (plan.seen.run().isEmpty()) {
            return;
        }
        String message = "Populated successfully";
        String unverified = unverified(plan.seen);
        String from = plan.claim().source().display();
        plan.event(false, EventReason.POPULATED, message + " from " + from + unverified);
        plan.sourceEvent(
                false,
                EventReason.POPULATED,
                "PVC " + plan.claim().key().display() + " is populated");
        RunStatus status = plan.status();
        RunStatus done =
                status.on(plan.seen.latest().map(Attempt::node).orElse(null))
                        .in(RunPhase.SUCCEEDED, "", message + unverified)
                        .attempt(plan.attemptsStarted(), null)
                        .ended(plan.seen.now());
        plan.write(plan.withLastResult(done));
    }

    /// Text about files that the last attempt could not verify by digest; empty when there are none.
    private static String unverified(Observed seen) {
        return seen.latest()
                .flatMap(Attempt::result)
                .filter(result -> result.unverified() > 0)
                .map(
                        result ->
                                "; of "
                                        + result.unverified()
                                        + " files only the length could be compared: the store"
                                        + " gives no digest of them")
                .orElse("");
    }

    /// The PVC is bound to a volume that was not filled.
    private static void elsewhere(PlanBuilder plan, Volume volume) {
        Optional<Run> run = plan.seen.run();
        Optional<RunStatus> waiting = plan.seen.waiting().flatMap(WaitingRecord::status);
        boolean said =
                run.flatMap(Run::status)
                        .or(() -> waiting)
                        .filter(s -> s.phase() == RunPhase.FAILED)
                        .filter(s -> s.reason().equals(EventReason.BOUND_ELSEWHERE))
                        .isPresent();
        if (!said) {
            String message =
                    "bound to volume "
                            + volume.name()
                            + ", which was not filled with "
                            + plan.claim().source().display()
                            + ": its provisioner ignores dataSourceRef, or the volume was bound by"
                            + " hand. The PVC does not hold the data; delete it and use a"
                            + " StorageClass whose provisioner supports volume populators";
            plan.event(true, EventReason.NOT_POPULATED, message);
            if (run.isPresent()) {
                plan.write(
                        plan.status()
                                .in(RunPhase.FAILED, EventReason.BOUND_ELSEWHERE, message)
                                .ended(plan.seen.now()));
            } else if (RunManifest.canBeRecorded(plan.claim())) {
                if (plan.seen.waiting().isEmpty()) {
                    plan.add(new Action.CreateRun(RunManifest.waiting(plan.claim())));
                }
                plan.add(
                        new Action.WriteStatus(
                                plan.claim().key(),
                                waiting.orElseGet(() -> RunStatus.fresh(plan.seen.now()))
                                        .in(RunPhase.FAILED, EventReason.BOUND_ELSEWHERE, message)
                                        .ended(plan.seen.now()),
                                plan.seen.timeline()));
            }
        }
        clear(plan);
    }

    /// The run has failed: only its record is kept until the request changes.
    static void failed(PlanBuilder plan) {
        Observed seen = plan.seen;
        Run run = seen.run().orElseThrow();
        boolean changed =
                seen.resolution() instanceof Resolution.Ready ready
                        && !ready.snapshot().fingerprint().equals(run.snapshot().fingerprint());
        Optional<Attempt> kept = KeptAttempt.of(seen);
        if (kept.isPresent() && !changed) {
            plan.deleteAttemptsBut(kept);
            KeptAttempt.until(seen)
                    .ifPresent(until -> plan.requeueAfter(Duration.between(seen.now(), until)));
            return;
        }
        if (!seen.childless() || seen.claim().hasFinalizer()) {
            clear(plan);
            return;
        }
        if (changed && !run.deleting()) {
            plan.add(
                    new Action.DeleteRun(
                            seen.claim().key().namespace(),
                            Names.run(seen.claim().key().uid()),
                            run.uid()));
        }
        plan.finished();
    }

    /// The volume names the PVC as its claim, and the binder has not bound it yet. Prime and Job are kept until it has:
    /// without the prime the binder could treat the volume as released, and the Job's termination message is needed for
    /// the status.
    static void binding(PlanBuilder plan) {
        plan.mark(Step.REBOUND);
        if (plan.seen.run().isPresent()) {
            plan.show(handingOver(plan.status()), Step.REBOUND);
        }
    }

    /// The status while the volume is handed over.
    static RunStatus handingOver(RunStatus status) {
        return status.in(RunPhase.BINDING, "", "the volume is full and changes hands");
    }
}
