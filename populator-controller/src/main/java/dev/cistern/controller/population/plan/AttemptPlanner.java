package dev.cistern.controller.population.plan;

import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.model.Trouble;
import dev.cistern.controller.population.filler.NextReport;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.Hold;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Prime;
import dev.cistern.controller.population.model.Run;
import dev.cistern.controller.population.model.RunStatus;
import dev.cistern.controller.population.model.Step;
import dev.cistern.controller.population.model.Volume;
import dev.cistern.populate.wire.Fault;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Plans while the prime is bound: starts attempts one after the other until one succeeds or the run fails.
final class AttemptPlanner {
    /// What blocks the start of an attempt is in events, which are not watched: polled at this interval until it runs.
    private static final Duration LOOK_AT_POD = Duration.ofSeconds(3);

    /// The same under high load, when pods wait for one another, and after the problem was reported.
    private static final Duration LOOK_SELDOM = Duration.ofSeconds(8);

    private static final Duration SOON = Duration.ofSeconds(1);

    private AttemptPlanner() {}

    static void withVolume(PlanBuilder plan, Prime prime) {
        Observed seen = plan.seen;
        plan.mark(Step.PRIME_BOUND);
        RunStatus status = plan.status();
        boolean begun = plan.attemptsStarted() > 0;
        if (!begun
                && prime.madeForNode() != null
                && !prime.madeForNode().equals(seen.claim().selectedNode())) {
            VolumePlanner.elsewhere(plan, prime);
            return;
        }
        Optional<Volume> volume = seen.primeVolume().filter(v -> prime.uid().equals(v.claimUid()));
        if (volume.isEmpty()) {
            // Either the volume is not in the cache yet, or another claim has it; in that case the
            // binder will mark the
            // prime as lost.
            plan.requeueAfter(SOON);
            return;
        }
        Optional<Attempt> latest = seen.latest();
        if (latest.isEmpty()) {
            nextAttempt(plan, prime, status);
        } else if (!latest.get().deleting()) {
            Optional<Attempt> kept = kept(plan, latest.get());
            if (kept.equals(latest) && status.nextAttempt() != null) {
                nextAttempt(plan, prime, status);
            } else {
                attempt(plan, prime, volume.get(), latest.get());
            }
        }
    }

    /// The failed attempt that is still kept; those before the latest that are kept no longer are deleted.
    private static Optional<Attempt> kept(PlanBuilder plan, Attempt latest) {
        Optional<Attempt> kept = KeptAttempt.of(plan.seen);
        kept.flatMap(_ -> KeptAttempt.until(plan.seen))
                .ifPresent(until -> plan.requeueAfter(Duration.between(plan.seen.now(), until)));
        if (plan.seen.attempts().size() > 1) {
            Observed others = plan.seen.without(latest);
            plan.filler().remove(kept.map(others::without).orElse(others)).forEach(plan::add);
        }
        return kept;
    }

    private static void nextAttempt(PlanBuilder plan, Prime prime, RunStatus status) {
        Observed seen = plan.seen;
        if (status.attempts() > 0 && status.nextAttempt() == null) {
            // It was started, and its end was not recorded.
            FailurePlanner.failed(plan, status, status.attempts(), plan.filler().vanished());
            return;
        }
        Instant next = status.nextAttempt();
        if (next != null && seen.now().isBefore(next) && !storeIsBack(seen, status)) {
            plan.requeueAfter(Duration.between(seen.now(), next));
            return;
        }
        if (seen.hold().isPresent()) {
            Hold hold = seen.hold().get();
            plan.trouble(status.in(status.phase(), hold.reason(), hold.message()));
            return;
        }
        if (seen.writers() > 0) {
            // Two must never write to one volume; the end of the other triggers a reconcile.
            return;
        }
        int number = status.attempts() + 1;
        if (number == 1 && !seen.load().high()) {
            announceStart(plan);
        }
        plan.showRefusal();
        Run run = seen.run().orElseThrow();
        plan.filler()
                .start(seen.claim(), run.snapshot(), status.revisions(), prime, number)
                .forEach(plan::add);
        plan.mark(Step.JOB_CREATED);
        plan.show(populating(plan, status, prime, number, null), Step.JOB_CREATED);
    }

    /// Whether the store that the last attempt failed for was found ready since. Once for each failure: the next one is later.
    private static boolean storeIsBack(Observed seen, RunStatus status) {
        return status.lastFailure()
                .filter(last -> ofTheStore(last.reason()))
                .flatMap(last -> Optional.ofNullable(last.at()))
                .filter(at -> seen.storesReadySince().filter(at::isBefore).isPresent())
                .isPresent();
    }

    private static boolean ofTheStore(String reason) {
        return Arrays.stream(Reason.values())
                .anyMatch(r -> r.wireName().equals(reason) && r.fault() == Fault.STORE);
    }

    private static void announceStart(PlanBuilder plan) {
        plan.event(
                false,
                EventReason.POPULATING,
                "filling the volume from " + plan.claim().source().display());
    }

    /// Writes the phase once it has lasted. Under high load the event comes with it: a copy that ends sooner has only
    /// the event of its end.
    private static void show(PlanBuilder plan, RunStatus populating) {
        if (plan.show(populating, Step.JOB_CREATED)
                && plan.seen.load().high()
                && populating.attempts() == 1) {
            announceStart(plan);
        }
    }

    private static RunStatus populating(
            PlanBuilder plan, RunStatus status, Prime prime, int number, @Nullable String node) {
        String doing =
                plan.filler()
                        .activity(plan.seen.run().orElseThrow(), number, !plan.seen.load().high());
        return status.attempt(number, null)
                .on(node == null ? prime.madeForNode() : node)
                .in(RunPhase.POPULATING, "", doing(doing, status, number));
    }

    /// The activity, and for a retry the failure of the previous attempt, which users look for.
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

    private static void attempt(PlanBuilder plan, Prime prime, Volume volume, Attempt attempt) {
        RunStatus shown = populating(plan, plan.status(), prime, attempt.number(), attempt.node());
        switch (attempt.state()) {
            case Attempt.State.Starting(Optional<Trouble> trouble) -> {
                if (trouble.isPresent()) {
                    String message = trouble.get().reason() + ": " + trouble.get().message();
                    plan.trouble(
                            shown.in(RunPhase.POPULATING, EventReason.POD_NOT_STARTING, message));
                    plan.requeueAfter(LOOK_SELDOM);
                } else {
                    show(plan, shown);
                    plan.requeueAfter(plan.seen.load().high() ? LOOK_SELDOM : LOOK_AT_POD);
                }
            }
            case Attempt.State.Running(Instant since) -> {
                plan.mark(Step.COPY_STARTED);
                running(plan, shown, attempt, since);
            }
            case Attempt.State.Stopping(Optional<Trouble> late) -> {
                if (late.isPresent()) {
                    blocked(plan, shown, late.get());
                } else {
                    show(plan, shown);
                }
                plan.requeueAfter(LOOK_SELDOM);
            }
            case Attempt.State.Succeeded _ -> {
                plan.mark(Step.COPY_STARTED);
                plan.mark(Step.COPY_DONE);
                plan.add(
                        new Action.Rebind(
                                volume.name(), volume.resourceVersion(), plan.claim().key()));
                plan.mark(Step.REBOUND);
                plan.show(EndPlanner.handingOver(shown), Step.REBOUND);
            }
            case Attempt.State.Failed(Attempt.Failure failure, Optional<RunResult> _) ->
                    failed(plan, plan.withLastResult(shown), attempt, failure);
        }
    }

    private static void blocked(PlanBuilder plan, RunStatus shown, Trouble trouble) {
        plan.trouble(shown.in(RunPhase.POPULATING, trouble.eventReason(), trouble.text()));
    }

    private static void running(PlanBuilder plan, RunStatus shown, Attempt attempt, Instant since) {
        Optional<String> trouble =
                plan.filler().stalled(plan.seen.run().orElseThrow(), attempt.number());
        if (trouble.isPresent()) {
            plan.trouble(
                    shown.in(RunPhase.POPULATING, EventReason.WAITING_FOR_STORE, trouble.get()));
            return;
        }
        NextReport report = plan.filler().nextReport(plan.seen, attempt, since);
        if (report.overdue()) {
            plan.trouble(
                    shown.in(RunPhase.POPULATING, EventReason.NO_REPORTS, report.whenOverdue()));
        } else {
            plan.requeueAfter(report.in());
            show(plan, shown);
        }
    }

    private static void failed(
            PlanBuilder plan, RunStatus status, Attempt attempt, Attempt.Failure failure) {
        RunStatus stored = plan.status();
        if (stored.nextAttempt() != null && stored.attempts() >= attempt.number()) {
            // Already recorded, but its objects are not deleted yet.
            plan.deleteAttempts();
            plan.requeueAfter(SOON);
            return;
        }
        FailurePlanner.failed(plan, status, attempt.number(), failure);
    }
}
