package dev.cistern.controller.population.plan;

import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.Hold;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Prime;
import dev.cistern.controller.population.model.Run;
import dev.cistern.controller.population.model.RunStatus;
import java.time.Instant;
import java.util.Optional;

/// Plans a run in progress, by the phase of its prime: wait for the volume, fill it, or restart.
final class RunPlanner {
    private final VolumePlanner volumes;

    RunPlanner(VolumePlanner volumes) {
        this.volumes = volumes;
    }

    void plan(PlanBuilder plan) {
        Observed seen = plan.seen;
        if (restarted(plan)) {
            return;
        }
        Optional<Hold> hold = seen.hold().filter(Hold::stops);
        if (hold.isPresent()) {
            held(plan, hold.get());
            return;
        }
        if (!seen.claim().hasFinalizer()) {
            plan.add(new Action.AddFinalizer(seen.claim()));
        }
        if (seen.run().orElseThrow().sourceGone()) {
            plan.event(
                    false,
                    EventReason.SOURCE_DELETED,
                    seen.claim().source().display()
                            + " was deleted; this run goes on with what it said when the run"
                            + " started");
        }
        if (seen.prime().isEmpty()) {
            if (seen.attempts().isEmpty()) {
                volumes.withoutPrime(plan);
            } else {
                restart(plan);
            }
            return;
        }
        Prime prime = seen.prime().get();
        if (prime.deleting()) {
            // Its deletion completes when no pod uses it any more.
            plan.deleteAttempts();
            return;
        }
        switch (prime.phase()) {
            case PENDING -> volumes.waiting(plan, prime);
            case BOUND -> AttemptPlanner.withVolume(plan, prime);
            case LOST -> {
                plan.event(
                        true,
                        EventReason.VOLUME_LOST,
                        "the volume "
                                + prime.volumeName()
                                + " was taken away before it was full; starting again with a new"
                                + " one");
                restart(plan);
            }
        }
    }

    /// Restarts a blocked run whose request has changed: deletes its record first, then the objects that it refers to.
    private static boolean restarted(PlanBuilder plan) {
        Run run = plan.seen.run().orElseThrow();
        if (!(plan.seen.resolution() instanceof Resolution.Ready ready)
                || ready.snapshot().fingerprint().equals(run.snapshot().fingerprint())) {
            return false;
        }
        if (!run.deleting()) {
            plan.event(
                    false,
                    EventReason.RESTARTED,
                    plan.claim().source().display()
                            + ", its StorageBackend or this PVC's annotation cistern.dev/retry"
                            + " changed while the run was stuck: the run restarts");
            plan.add(
                    new Action.DeleteRun(
                            plan.claim().key().namespace(),
                            Names.run(plan.claim().key().uid()),
                            run.uid()));
        }
        return true;
    }

    /// Stops what runs, and keeps what is on the volume: once the hold is over, the next attempt goes on with it.
    private static void held(PlanBuilder plan, Hold hold) {
        RunStatus status = plan.status().held();
        int attempts = plan.attemptsStarted();
        // What was started and is deleted here did not end unnoticed.
        Instant next =
                attempts > 0 && status.nextAttempt() == null
                        ? plan.seen.now()
                        : status.nextAttempt();
        plan.trouble(
                status.attempt(attempts, next).in(status.phase(), hold.reason(), hold.message()));
        plan.sourceEvent(
                true, hold.reason(), "PVC " + plan.claim().key().display() + ": " + hold.message());
        plan.deleteAttempts();
    }

    /// Deletes prime and Jobs; the number of attempts is written first, so that no name is used twice.
    private static void restart(PlanBuilder plan) {
        RunStatus status = plan.status();
        // The next attempt waits for the new volume: the last one's end was recorded.
        Instant next = status.nextAttempt() == null ? plan.seen.now() : status.nextAttempt();
        plan.write(status.attempt(plan.attemptsStarted(), next));
        plan.deleteAttempts();
        plan.deletePrime();
    }
}
