package dev.cistern.controller.plan;

import dev.cistern.controller.model.Observed;
import dev.cistern.controller.model.Prime;
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
