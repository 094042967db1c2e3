package dev.cistern.controller.plan;

import dev.cistern.controller.model.Attempt;
import dev.cistern.controller.model.Observed;
import dev.cistern.controller.model.Phase;
import dev.cistern.controller.model.Prime;
import dev.cistern.controller.model.RunStatus;
import dev.cistern.controller.model.Step;
import dev.cistern.controller.model.Volume;
import dev.cistern.controller.model.Why;
import dev.cistern.populate.wire.RunResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// The prime has its volume: one attempt after the other to fill it, until one succeeds or none is worth while.
final class Attempting {
    /// What keeps a pod from starting is told by events, which nobody watches: looked for this often, until the pod runs.
    private static final Duration LOOK_AT_POD = Duration.ofSeconds(3);

    /// The same in a crowd, whose pods wait for one another; and once it has been told.
    private static final Duration LOOK_SELDOM = Duration.ofSeconds(8);

    private static final Duration SOON = Duration.ofSeconds(1);

    /// Backoff between attempts: 2 s, doubling, at most 5 min.
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);

    private static final Duration LAST_BACKOFF = Duration.ofMinutes(5);

    private final JobManifest jobs;

    Attempting(JobManifest jobs) {
        this.jobs = jobs;
    }

    void withVolume(Draft draft, Prime prime) {
        Observed seen = draft.seen;
        draft.mark(Step.PRIME_BOUND);
        RunStatus status = draft.status();
        boolean begun = draft.attemptsStarted() > 0;
        if (!begun
                && prime.madeForNode() != null
                && !prime.madeForNode().equals(seen.claim().selectedNode())) {
            Provisioning.elsewhere(draft, prime);
            return;
        }
        Optional<Volume> volume = seen.primeVolume().filter(v -> prime.uid().equals(v.claimUid()));
        if (volume.isEmpty()) {
            // Either the volume is not in sight yet, or somebody else's; the binder will call the
            // prime lost then.
            draft.again(SOON);
            return;
        }
        Optional<Attempt> latest = seen.latest();
        if (latest.isEmpty()) {
            nextAttempt(draft, prime, status);
        } else if (!latest.get().deleting()) {
            attempt(draft, prime, volume.get(), latest.get());
        }
    }

    private void nextAttempt(Draft draft, Prime prime, RunStatus status) {
        Observed seen = draft.seen;
        int limit = seen.run().orElseThrow().frozen().spec().getRetryLimit() + 1;
        if (status.attempts() >= limit) {
            fail(
                    draft,
                    status,
                    Why.RETRIES_EXHAUSTED,
                    "the last of " + limit + " attempts was deleted before it ended");
            return;
        }
        Instant next = status.nextAttempt();
        if (next != null && seen.now().isBefore(next)) {
            draft.again(Duration.between(seen.now(), next));
            return;
        }
        if (seen.livePods() > 0) {
            // Two pods must never write one volume; the end of the other wakes us.
            return;
        }
        int number = status.attempts() + 1;
        if (number == 1 && !seen.crowd().many()) {
            tellBegun(draft);
        }
        draft.add(
                new Action.CreateJob(
                        jobs.of(seen.claim(), seen.run().orElseThrow().frozen(), prime, number),
                        number));
        draft.mark(Step.JOB_CREATED);
        draft.show(populating(status, prime, number), Step.JOB_CREATED);
    }

    private static void tellBegun(Draft draft) {
        draft.tell(
                false,
                Why.POPULATING,
                "filling the volume from " + draft.claim().source().display());
    }

    /// Shows the phase. In a crowd the event comes with it: of a copy that is over before, its end is enough.
    private static void show(Draft draft, RunStatus populating) {
        if (draft.show(populating, Step.JOB_CREATED)
                && draft.seen.crowd().many()
                && populating.attempts() == 1) {
            tellBegun(draft);
        }
    }

    private static RunStatus populating(RunStatus status, Prime prime, int number) {
        return status.attempt(number, null)
                .on(prime.madeForNode())
                .in(Phase.POPULATING, "", number == 1 ? "copying" : "copying, attempt " + number);
    }

    private void attempt(Draft draft, Prime prime, Volume volume, Attempt attempt) {
        RunStatus shown = populating(draft.status(), prime, attempt.number());
        switch (attempt.state()) {
            case Attempt.State.Starting(Optional<Attempt.Trouble> trouble) -> {
                if (trouble.isPresent()) {
                    String message = trouble.get().reason() + ": " + trouble.get().message();
                    draft.tell(true, Why.POD_NOT_STARTING, message);
                    draft.write(shown.in(Phase.POPULATING, Why.POD_NOT_STARTING, message));
                    draft.again(LOOK_SELDOM);
                } else {
                    show(draft, shown);
                    draft.again(draft.seen.crowd().many() ? LOOK_SELDOM : LOOK_AT_POD);
                }
            }
            case Attempt.State.Running() -> {
                draft.mark(Step.COPY_STARTED);
                show(draft, shown);
            }
            case Attempt.State.Succeeded _ -> {
                draft.mark(Step.COPY_STARTED);
                draft.mark(Step.COPY_DONE);
                draft.add(
                        new Action.Rebind(
                                volume.name(), volume.resourceVersion(), draft.claim().key()));
                draft.mark(Step.REBOUND);
                draft.show(Ending.changingHands(shown), Step.REBOUND);
            }
            case Attempt.State.Failed(Attempt.Failure failure, Optional<RunResult> _) ->
                    failed(draft, draft.withLastResult(shown), attempt, failure);
        }
    }

    private static void failed(
            Draft draft, RunStatus status, Attempt attempt, Attempt.Failure failure) {
        int limit = draft.seen.run().orElseThrow().frozen().spec().getRetryLimit();
        RunStatus stored = draft.status();
        if (stored.nextAttempt() != null && stored.attempts() >= attempt.number()) {
            // Written before, and the Job not deleted yet.
            draft.deleteAttempts();
            draft.again(SOON);
            return;
        }
        if (failure.terminal()) {
            fail(draft, status, failure.reason(), failure.message());
            return;
        }
        if (attempt.number() > limit) {
            fail(
                    draft,
                    status,
                    Why.RETRIES_EXHAUSTED,
                    "attempt "
                            + attempt.number()
                            + " was the last; "
                            + failure.reason()
                            + ": "
                            + failure.message());
            return;
        }
        Duration backoff = backoff(attempt.number());
        String message =
                "attempt "
                        + attempt.number()
                        + " failed, next in "
                        + backoff.toSeconds()
                        + "s; "
                        + failure.reason()
                        + ": "
                        + failure.message();
        draft.tell(true, Why.RETRYING, message);
        Instant next = draft.seen.now().plus(backoff);
        draft.write(
                status.attempt(attempt.number(), next)
                        .in(Phase.POPULATING, failure.reason(), message));
        draft.deleteAttempts();
        draft.again(backoff);
    }

    /// How long to wait after the failure of an attempt.
    static Duration backoff(int attempt) {
        // 2^8 × 2 s is beyond the cap already; a larger shift would overflow.
        Duration delay = FIRST_BACKOFF.multipliedBy(1L << Math.min(attempt - 1, 8));
        return delay.compareTo(LAST_BACKOFF) > 0 ? LAST_BACKOFF : delay;
    }

    private static void fail(Draft draft, RunStatus status, String reason, String message) {
        String text = reason + ": " + message;
        draft.tell(
                true,
                Why.POPULATE_FAILED,
                text
                        + ". It is not tried again until "
                        + draft.claim().source().display()
                        + " or its StorageBackend changes, or this PVC's annotation"
                        + " cistern.dev/retry gets a new value");
        draft.tellSource(
                true, Why.POPULATE_FAILED, "PVC " + draft.claim().key().display() + ": " + text);
        draft.write(
                status.in(Phase.FAILED, reason, message)
                        .attempt(draft.attemptsStarted(), null)
                        .ended(draft.seen.now()));
        draft.deleteAttempts();
        draft.deletePrime();
    }
}
