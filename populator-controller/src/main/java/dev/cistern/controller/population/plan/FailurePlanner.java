package dev.cistern.controller.population.plan;

import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.Run;
import dev.cistern.controller.population.model.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/// Plans after a failed attempt: the next one, or the failure of the run.
///
/// A failure of the run itself counts against `retry.limit`. Outages of the store and disruptions by the cluster are
/// retried until there has been no progress for `retry.outageSeconds`.
final class FailurePlanner {
    /// Backoff between attempts: 2 s, doubling, at most 5 min.
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);

    /// Longest time until the recovery of a store is noticed.
    private static final Duration LAST_BACKOFF = Duration.ofMinutes(5);

    /// Default for runs of older releases, whose record has no limit.
    private static final Duration OUTAGE = Duration.ofHours(24);

    private FailurePlanner() {}

    /// Attempt number `number` has failed, and that is not recorded yet.
    ///
    /// @param shown the status with the attempt's result, not written yet
    static void failed(PlanBuilder plan, RunStatus shown, int number, Attempt.Failure given) {
        Attempt.Failure failure = plan.filler().explain(plan.seen, given);
        RunStatus status =
                shown.failed(
                        new RunStatus.LastFailure(
                                number, failure.reason(), failure.message(), plan.seen.now()));
        switch (failure.fault()) {
            case REQUEST -> fail(plan, status, failure.reason(), failure.message());
            case RUN -> counted(plan, status.counted(), number, failure);
            case STORE, CLUSTER -> waited(plan, reported(plan, status, number), number, failure);
        }
    }

    private static void counted(
            PlanBuilder plan, RunStatus status, int number, Attempt.Failure failure) {
        int limit = plan.seen.run().orElseThrow().snapshot().spec().getRetryLimit();
        if (status.failures() > limit) {
            fail(
                    plan,
                    status,
                    EventReason.RETRIES_EXHAUSTED,
                    "attempt " + number + " was the last; " + said(failure));
            return;
        }
        Duration backoff = backoff(status.failures());
        retry(
                plan,
                status,
                number,
                failure,
                backoff,
                "attempt " + number + " failed, next in " + shown(backoff) + "; " + said(failure));
    }

    /// Adds the bytes that the attempt reported while it ran: all that is known if it was lost with its node.
    private static RunStatus reported(PlanBuilder plan, RunStatus status, int number) {
        return plan.seen
                .run()
                .flatMap(Run::report)
                .filter(report -> report.attempt() == number)
                .map(status::withBytesOf)
                .orElse(status);
    }

    private static void waited(
            PlanBuilder plan, RunStatus status, int number, Attempt.Failure failure) {
        Instant now = plan.seen.now();
        RunStatus stored = plan.status();
        boolean further = status.bytesThere() > stored.bytesThere();
        Instant since = stored.waitingSince();
        if (since == null || further) {
            since = now;
        }
        Duration limit = outage(plan);
        Duration waited = Duration.between(since, now);
        if (waited.compareTo(limit) >= 0) {
            fail(
                    plan,
                    status,
                    EventReason.OUTAGE_TOO_LONG,
                    "no progress for "
                            + shown(waited)
                            + ", and retry.outageSeconds allows "
                            + shown(limit)
                            + "; last: "
                            + said(failure));
            return;
        }
        // Half as long as the outage so far.
        Duration backoff = clamp(waited.dividedBy(2));
        retry(
                plan,
                status.waiting(since),
                number,
                failure,
                backoff,
                "attempt "
                        + number
                        + " failed, next in "
                        + shown(backoff)
                        + "; "
                        + said(failure)
                        + "; this does not count against retry.limit; retried until "
                        + since.plus(limit).truncatedTo(ChronoUnit.SECONDS)
                        + " (retry.outageSeconds)");
    }

    private static Duration outage(PlanBuilder plan) {
        Long seconds = plan.seen.run().orElseThrow().snapshot().spec().getOutageSeconds();
        return seconds == null ? OUTAGE : Duration.ofSeconds(seconds);
    }

    private static String said(Attempt.Failure failure) {
        return failure.reason() + ": " + failure.message();
    }

    private static void retry(
            PlanBuilder plan,
            RunStatus status,
            int number,
            Attempt.Failure failure,
            Duration backoff,
            String message) {
        String text = message + KeptAttempt.notice(plan.seen, number);
        plan.event(true, EventReason.RETRYING, text);
        plan.write(
                status.attempt(number, plan.seen.now().plus(backoff))
                        .in(RunPhase.POPULATING, failure.reason(), text));
        plan.deleteAttemptsBut(kept(plan, number));
        plan.requeueAfter(backoff);
    }

    /// The attempt that has failed, where it is to be kept.
    private static Optional<Attempt> kept(PlanBuilder plan, int number) {
        return KeptAttempt.time(plan.seen).isZero()
                ? Optional.empty()
                : plan.seen.attempts().stream()
                        .filter(a -> a.number() == number && !a.deleting())
                        .findFirst();
    }

    /// Backoff after a number of failures.
    static Duration backoff(int failures) {
        // 2^8 × 2 s already exceeds the cap; a larger shift would overflow.
        return clamp(FIRST_BACKOFF.multipliedBy(1L << Math.clamp(failures - 1, 0, 8)));
    }

    private static Duration clamp(Duration delay) {
        if (delay.compareTo(FIRST_BACKOFF) < 0) {
            return FIRST_BACKOFF;
        }
        return delay.compareTo(LAST_BACKOFF) > 0 ? LAST_BACKOFF : delay;
    }

    /// `90s` as `1m30s`.
    private static String shown(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return seconds + "s";
        }
        return Duration.ofSeconds(seconds).toString().substring(2).toLowerCase(Locale.ROOT);
    }

    private static void fail(PlanBuilder plan, RunStatus status, String reason, String message) {
        int number = plan.attemptsStarted();
        String notice = KeptAttempt.notice(plan.seen, number);
        String text = reason + ": " + message;
        plan.event(
                true,
                EventReason.POPULATE_FAILED,
                text
                        + notice
                        + ". It is not tried again until "
                        + plan.claim().source().display()
                        + " or its StorageBackend changes, or this PVC's annotation"
                        + " cistern.dev/retry gets a new value");
        plan.sourceEvent(
                true,
                EventReason.POPULATE_FAILED,
                "PVC " + plan.claim().key().display() + ": " + text);
        plan.write(
                status.in(RunPhase.FAILED, reason, message + notice)
                        .attempt(number, null)
                        .ended(plan.seen.now()));
        Optional<Attempt> kept = kept(plan, number);
        plan.deleteAttemptsBut(kept);
        if (kept.isEmpty()) {
            plan.deletePrime();
        } else {
            // It owns the Job.
            plan.requeueAfter(KeptAttempt.time(plan.seen));
        }
    }
}
