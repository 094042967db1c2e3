package dev.cistern.controller.plan;

import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.Observed;
import dev.cistern.controller.model.Prime;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.Run;
import dev.cistern.controller.model.RunStatus;
import dev.cistern.controller.model.Why;
import java.time.Instant;

/// A run under way: by its prime it waits for the volume, fills it, or starts again.
final class Copying {
    private final Provisioning provisioning;
    private final Attempting attempting;

    Copying(Provisioning provisioning, Attempting attempting) {
        this.provisioning = provisioning;
        this.attempting = attempting;
    }

    void plan(Draft draft) {
        Observed seen = draft.seen;
        if (mended(draft)) {
            return;
        }
        if (!seen.claim().held()) {
            draft.add(new Action.AddFinalizer(seen.claim()));
        }
        if (seen.run().orElseThrow().sourceGone()) {
            draft.tell(
                    false,
                    Why.SOURCE_DELETED,
                    seen.claim().source().display()
                            + " was deleted; this run goes on with what it said when the run"
                            + " started");
        }
        if (seen.prime().isEmpty()) {
            if (seen.attempts().isEmpty()) {
                provisioning.withoutPrime(draft);
            } else {
                restart(draft);
            }
            return;
        }
        Prime prime = seen.prime().get();
        if (prime.deleting()) {
            // Its protection ends when no pod uses it any more.
            draft.deleteAttempts();
            return;
        }
        switch (prime.phase()) {
            case PENDING -> provisioning.waiting(draft, prime);
            case BOUND -> attempting.withVolume(draft, prime);
            case LOST -> {
                draft.tell(
                        true,
                        Why.VOLUME_LOST,
                        "the volume "
                                + prime.volumeName()
                                + " was taken away before it was full; starting again with a new"
                                + " one");
                restart(draft);
            }
        }
    }

    /// A run that cannot get on, and of which something else is asked by now, begins anew: its record goes first, and whatever it spoke of
    /// follows.
    private static boolean mended(Draft draft) {
        Run run = draft.seen.run().orElseThrow();
        if (!(draft.seen.resolution() instanceof Resolution.Ready ready)
                || ready.frozen().fingerprint().equals(run.frozen().fingerprint())) {
            return false;
        }
        if (!run.deleting()) {
            draft.tell(
                    false,
                    Why.STARTED_AFRESH,
                    draft.claim().source().display()
                            + ", its StorageBackend or this PVC's annotation cistern.dev/retry"
                            + " changed while the run was stuck: the run restarts");
            draft.add(
                    new Action.DeleteRun(
                            draft.claim().key().namespace(),
                            Names.run(draft.claim().key().uid()),
                            run.uid()));
        }
        return true;
    }

    /// Lets go of prime and Jobs; how many attempts there were is written first, so that their names stay unused.
    private static void restart(Draft draft) {
        RunStatus status = draft.status();
        // A next attempt is waited for, if only for the new volume: none has ended without a word.
        Instant next = status.nextAttempt() == null ? draft.seen.now() : status.nextAttempt();
        draft.write(status.attempt(draft.attemptsStarted(), next));
        draft.deleteAttempts();
        draft.deletePrime();
    }
}
