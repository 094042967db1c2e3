package dev.cistern.controller.plan;

import dev.cistern.controller.model.Attempt;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.Observed;
import dev.cistern.controller.model.Phase;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.Run;
import dev.cistern.controller.model.RunStatus;
import dev.cistern.controller.model.Step;
import dev.cistern.controller.model.Volume;
import dev.cistern.controller.model.WaitingRecord;
import dev.cistern.controller.model.Why;
import java.time.Duration;
import java.util.Optional;

/// The ways out: deletion, a bound PVC, a failed run, a volume that changes hands.
final class Ending {
    /// When two informers disagree, the late one is a moment behind.
    private static final Duration SOON = Duration.ofSeconds(1);

    private Ending() {}

    /// The PVC goes: first its Jobs and its prime, then our finalizer. Nothing else is looked at.
    static void deleted(Draft draft) {
        clear(draft);
    }

    /// The volume that was filled is gone: there is nothing to fill again, and what is left is cleared away.
    static void lost(Draft draft) {
        clear(draft);
    }

    /// Deletes what is left of the run, and lets the PVC go when nothing is.
    private static void clear(Draft draft) {
        if (!draft.seen.childless()) {
            draft.deleteAttempts();
            draft.deletePrime();
            return;
        }
        if (draft.claim().held()) {
            draft.add(new Action.RemoveFinalizer(draft.claim()));
        }
        draft.over();
    }

    /// The PVC is bound: to what we filled for it, or to something else.
    static void bound(Draft draft) {
        Observed seen = draft.seen;
        Claim claim = seen.claim();
        boolean succeeded = seen.run().filter(run -> run.phase() == Phase.SUCCEEDED).isPresent();
        boolean untouched = seen.run().isEmpty() && !claim.held() && seen.childless();
        if (seen.boundVolume().isEmpty()) {
            if (succeeded) {
                clear(draft);
            } else if (!untouched) {
                draft.again(SOON);
            }
            return;
        }
        Volume volume = seen.boundVolume().get();
        if (succeeded || volume.givenTo(claim.key().uid())) {
            if (!succeeded) {
                populated(draft);
            }
            clear(draft);
        } else if (volume.populatedFor() != null && untouched) {
            // Filled for an earlier life of this PVC, for example before it was restored from a
            // backup.
            draft.over();
        } else if (!claim.key().uid().equals(volume.claimUid())) {
            draft.again(SOON);
        } else {
            elsewhere(draft, volume);
        }
    }

    private static void populated(Draft draft) {
        draft.mark(Step.BOUND);
        if (draft.seen.run().isEmpty()) {
            return;
        }
        String message = "Populated successfully";
        String unverified = unverified(draft.seen);
        String from = draft.claim().source().display();
        draft.tell(false, Why.POPULATED, message + " from " + from + unverified);
        draft.tellSource(
                false, Why.POPULATED, "PVC " + draft.claim().key().display() + " is populated");
        RunStatus status = draft.status();
        RunStatus done =
                status.on(draft.seen.latest().map(Attempt::node).orElse(null))
                        .in(Phase.SUCCEEDED, "", message + unverified)
                        .attempt(draft.attemptsStarted(), null)
                        .ended(draft.seen.now());
        draft.write(draft.withLastResult(done));
    }

    /// What the last attempt says of files that it could not compare; empty where there are none.
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

    /// Somebody bound the PVC to a volume that nobody filled.
    private static void elsewhere(Draft draft, Volume volume) {
        Optional<Run> run = draft.seen.run();
        Optional<RunStatus> waiting = draft.seen.waiting().flatMap(WaitingRecord::status);
        boolean said =
                run.flatMap(Run::status)
                        .or(() -> waiting)
                        .filter(s -> s.phase() == Phase.FAILED)
                        .filter(s -> s.reason().equals(Why.BOUND_ELSEWHERE))
                        .isPresent();
        if (!said) {
            String message =
                    "bound to volume "
                            + volume.name()
                            + ", which was not filled with "
                            + draft.claim().source().display()
                            + ": its provisioner ignores dataSourceRef, or the volume was bound by"
                            + " hand. The PVC does not hold the data; delete it and use a"
                            + " StorageClass whose provisioner supports volume populators";
            draft.tell(true, Why.NOT_POPULATED, message);
            if (run.isPresent()) {
                draft.write(
                        draft.status()
                                .in(Phase.FAILED, Why.BOUND_ELSEWHERE, message)
                                .ended(draft.seen.now()));
            } else if (RunManifest.canBeRecorded(draft.claim())) {
                if (draft.seen.waiting().isEmpty()) {
                    draft.add(new Action.CreateRun(RunManifest.waiting(draft.claim())));
                }
                draft.add(
                        new Action.WriteStatus(
                                draft.claim().key(),
                                waiting.orElseGet(() -> RunStatus.fresh(draft.seen.now()))
                                        .in(Phase.FAILED, Why.BOUND_ELSEWHERE, message)
                                        .ended(draft.seen.now()),
                                draft.seen.timeline()));
            }
        }
        clear(draft);
    }

    /// The run failed for good: nothing but its record stays, until a person changes what was asked.
    static void failed(Draft draft) {
        Observed seen = draft.seen;
        Run run = seen.run().orElseThrow();
        if (!seen.childless() || seen.claim().held()) {
            clear(draft);
            return;
        }
        if (seen.resolution() instanceof Resolution.Ready ready
                && !ready.frozen().fingerprint().equals(run.frozen().fingerprint())
                && !run.deleting()) {
            draft.add(
                    new Action.DeleteRun(
                            seen.claim().key().namespace(),
                            Names.run(seen.claim().key().uid()),
                            run.uid()));
        }
        draft.over();
    }

    /// The volume has been given to the PVC, and the binder is about to notice. Prime and Job stay until it has: with the
    /// prime gone too early it could take the volume for released, and the Job's last message belongs into the status.
    static void binding(Draft draft) {
        draft.mark(Step.REBOUND);
        if (draft.seen.run().isPresent()) {
            draft.show(changingHands(draft.status()), Step.REBOUND);
        }
    }

    /// The status while the volume changes hands.
    static RunStatus changingHands(RunStatus status) {
        return status.in(Phase.BINDING, "", "the volume is full and changes hands");
    }
}
