package dev.cistern.controller.plan;

import dev.cistern.controller.model.Attempt;
import dev.cistern.controller.model.Observed;
import dev.cistern.controller.model.Phase;
import dev.cistern.controller.model.Prime;
import dev.cistern.controller.model.RunStatus;
import dev.cistern.controller.model.Step;
import dev.cistern.controller.model.Volume;
import dev.cistern.controller.model.Why;
import dev.cistern.populate.wire.Fault;
import dev.cistern.populate.wire.RunResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The prime has its volume: one attempt after the other to fill it, until one succeeds or none is worth while.
final class Attempting {
    /// What keeps a pod from starting is told by events, which nobody watches: looked for this often, until the pod runs.
    private static final Duration LOOK_AT_POD = Duration.ofSeconds(3);

    /// The same in a crowd, whose pods wait for one another; and once it has been told.
    private static final Duration LOOK_SELDOM = Duration.ofSeconds(8);

    private static final Duration SOON = Duration.ofSeconds(1);

    private final JobManifest jobs;
    private final Failing failing;
    private final ReportWatch reports;

    Attempting(JobManifest jobs, Failing failing, ReportWatch reports) {
        this.jobs = jobs;
        this.failing = failing;
        this.reports = reports;
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
        if (status.attempts() > 0 && status.nextAttempt() == null) {
            // It was begun, and what became of it was never written.
            failing.failed(
                    draft,
                    status,
                    status.attempts(),
                    new Attempt.Failure(
                            Fault.CLUSTER, Why.DISRUPTED, "the Job was deleted before it ended"));
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
        draft.showRefusal();
        draft.add(
                new Action.CreateJob(
                        jobs.of(seen.claim(), seen.run().orElseThrow().frozen(), prime, number),
                        number));
        draft.mark(Step.JOB_CREATED);
        draft.show(populating(draft, status, prime, number, null), Step.JOB_CREATED);
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

    private static RunStatus populating(
            Draft draft, RunStatus status, Prime prime, int number, @Nullable String node) {
        String doing =
                StoreNews.doing(draft.seen.run().orElseThrow(), number, !draft.seen.crowd().many());
        return status.attempt(number, null)
                .on(node == null ? prime.madeForNode() : node)
                .in(Phase.POPULATING, "", doing(doing, status, number));
    }

    /// What is done, and why it is not the first time: the reason of the attempt before is what a person looks for.
    private static String doing(String what, RunStatus status, int number) {
        String doing = number == 1 ? what : what + ", attempt " + number;
        return status.lastFailure()
                .map(
                        last ->
                                doing
                                        + "; attempt "
                                        + last.attempt()
                                        + " failed: "
                                        + last.reason()
                                        + ": "
                                        + last.message())
                .orElse(doing);
    }

    private void attempt(Draft draft, Prime prime, Volume volume, Attempt attempt) {
        RunStatus shown =
                populating(draft, draft.status(), prime, attempt.number(), attempt.node());
        switch (attempt.state()) {
            case Attempt.State.Starting(Optional<Attempt.Trouble> trouble) -> {
                if (trouble.isPresent()) {
                    String message = trouble.get().reason() + ": " + trouble.get().message();
                    draft.trouble(shown.in(Phase.POPULATING, Why.POD_NOT_STARTING, message));
                    draft.again(LOOK_SELDOM);
                } else {
                    show(draft, shown);
                    draft.again(draft.seen.crowd().many() ? LOOK_SELDOM : LOOK_AT_POD);
                }
            }
            case Attempt.State.Running(Instant since) -> {
                draft.mark(Step.COPY_STARTED);
                running(draft, shown, attempt, since);
            }
            case Attempt.State.Stopping(Optional<Attempt.Trouble> late) -> {
                if (late.isPresent()) {
                    String message = late.get().reason() + ": " + late.get().message();
                    draft.trouble(shown.in(Phase.POPULATING, Why.DISRUPTED, message));
                } else {
                    show(draft, shown);
                }
                draft.again(LOOK_SELDOM);
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

    private void running(Draft draft, RunStatus shown, Attempt attempt, Instant since) {
        Optional<String> trouble =
                StoreNews.trouble(draft.seen.run().orElseThrow(), attempt.number());
        if (trouble.isPresent()) {
            draft.trouble(shown.in(Phase.POPULATING, Why.WAITING_FOR_STORE, trouble.get()));
            return;
        }
        Optional<String> silence = reports.missing(draft, attempt, since);
        if (silence.isPresent()) {
            draft.trouble(shown.in(Phase.POPULATING, Why.NO_REPORTS, silence.get()));
        } else {
            show(draft, shown);
        }
    }

    private void failed(Draft draft, RunStatus status, Attempt attempt, Attempt.Failure failure) {
        RunStatus stored = draft.status();
        if (stored.nextAttempt() != null && stored.attempts() >= attempt.number()) {
            // Written before, and the Job not deleted yet.
            draft.deleteAttempts();
            draft.again(SOON);
            return;
        }
        failing.failed(draft, status, attempt.number(), failure);
    }
}
