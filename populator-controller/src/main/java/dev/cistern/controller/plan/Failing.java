package dev.cistern.controller.plan;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import dev.cistern.controller.model.Attempt;
import dev.cistern.controller.model.Phase;
import dev.cistern.controller.model.Run;
import dev.cistern.controller.model.RunStatus;
import dev.cistern.controller.model.Why;
import dev.cistern.populate.wire.Fault;
import dev.cistern.populate.wire.Reason;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// What follows a failed attempt: another one, or the end of the run.
///
/// A failure of the run itself uses up one of the attempts that `retry.limit` allows. While the store is away, or the cluster stops the
/// Jobs, a number says nothing: these are retried until there has been no progress for `retry.outageSeconds`.
final class Failing {
    /// Backoff between attempts: 2 s, doubling, at most 5 min.
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);

    /// A store that is back is noticed within this.
    private static final Duration LAST_BACKOFF = Duration.ofMinutes(5);

    /// What a run made by an older release is given, whose record does not say.
    private static final Duration OUTAGE = Duration.ofHours(24);

    private final Settings settings;

    Failing(Settings settings) {
        this.settings = settings;
    }

    /// Attempt number `number` has failed, and that was not written before.
    ///
    /// @param shown the status with what the attempt left, not written yet
    void failed(Draft draft, RunStatus shown, int number, Attempt.Failure given) {
        Attempt.Failure failure = explained(draft, given);
        RunStatus status =
                shown.failed(
                        new RunStatus.LastFailure(number, failure.reason(), failure.message()));
        switch (failure.fault()) {
            case REQUEST -> fail(draft, status, failure.reason(), failure.message());
            case RUN -> counted(draft, status.counted(), number, failure);
            case STORE, CLUSTER -> waited(draft, reported(draft, status, number), number, failure);
        }
    }

    /// With what only the plan knows: how long an attempt might take, and what it was allowed to use.
    private Attempt.Failure explained(Draft draft, Attempt.Failure failure) {
        VolumePopulationSpec spec = draft.seen.run().orElseThrow().frozen().spec();
        Generic generic = spec.getGeneric() == null ? new Generic() : spec.getGeneric();
        if (failure.reason().equals(Reason.INTERRUPTED.wireName()) && tookTooLong(draft, generic)) {
            return new Attempt.Failure(
                    Fault.RUN,
                    Why.DEADLINE_EXCEEDED,
                    "the attempt took longer than its activeDeadlineSeconds");
        }
        if (failure.reason().equals(Why.OUT_OF_MEMORY)) {
            Quantity limit =
                    new PopulateContainer(settings)
                            .resources(generic.getResources())
                            .getLimits()
                            .get("memory");
            return new Attempt.Failure(
                    failure.fault(),
                    failure.reason(),
                    failure.message()
                            + (limit == null ? "" : " (limits.memory: " + limit + ")")
                            + "; allow it more by generic.resources.limits.memory of "
                            + draft.claim().source().display()
                            + ", or for all by CISTERN_POPULATE_LIMITS of the controller");
        }
        return failure;
    }

    private static boolean tookTooLong(Draft draft, Generic generic) {
        long seconds =
                generic.getActiveDeadlineSeconds() == null
                        ? JobManifest.DEADLINE_SECONDS
                        : generic.getActiveDeadlineSeconds();
        return draft.seen
                .latest()
                .filter(a -> !draft.seen.now().isBefore(a.created().plusSeconds(seconds)))
                .isPresent();
    }

    private static void counted(
            Draft draft, RunStatus status, int number, Attempt.Failure failure) {
        int limit = draft.seen.run().orElseThrow().frozen().spec().getRetryLimit();
        if (status.failures() > limit) {
            fail(
                    draft,
                    status,
                    Why.RETRIES_EXHAUSTED,
                    "attempt " + number + " was the last; " + said(failure));
            return;
        }
        Duration backoff = backoff(status.failures());
        again(
                draft,
                status,
                number,
                failure,
                backoff,
                "attempt " + number + " failed, next in " + shown(backoff) + "; " + said(failure));
    }

    /// With what the attempt reported while it ran: of one that was lost with its node, nothing else is known.
    private static RunStatus reported(Draft draft, RunStatus status, int number) {
        return draft.seen
                .run()
                .flatMap(Run::report)
                .filter(report -> report.attempt() == number)
                .map(status::withBytesOf)
                .orElse(status);
    }

    private static void waited(Draft draft, RunStatus status, int number, Attempt.Failure failure) {
        Instant now = draft.seen.now();
        RunStatus stored = draft.status();
        boolean further = status.bytesThere() > stored.bytesThere();
        Instant since = stored.waitingSince();
        if (since == null || further) {
            since = now;
        }
        Duration limit = outage(draft);
        Duration waited = Duration.between(since, now);
        if (waited.compareTo(limit) >= 0) {
            fail(
                    draft,
                    status,
                    Why.OUTAGE_TOO_LONG,
                    "no progress for "
                            + shown(waited)
                            + ", and retry.outageSeconds allows "
                            + shown(limit)
                            + "; last: "
                            + said(failure));
            return;
        }
        // Half as long as it has lasted: soon after a short one, seldom in a long one.
        Duration backoff = clamp(waited.dividedBy(2));
        again(
                draft,
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

    private static Duration outage(Draft draft) {
        Long seconds = draft.seen.run().orElseThrow().frozen().spec().getOutageSeconds();
        return seconds == null ? OUTAGE : Duration.ofSeconds(seconds);
    }

    private static String said(Attempt.Failure failure) {
        return failure.reason() + ": " + failure.message();
    }

    private static void again(
            Draft draft,
            RunStatus status,
            int number,
            Attempt.Failure failure,
            Duration backoff,
            String message) {
        draft.tell(true, Why.RETRYING, message);
        draft.write(
                status.attempt(number, draft.seen.now().plus(backoff))
                        .in(Phase.POPULATING, failure.reason(), message));
        draft.deleteAttempts();
        draft.again(backoff);
    }

    /// How long to wait after so many failures that count.
    static Duration backoff(int failures) {
        // 2^8 × 2 s is beyond the cap already; a larger shift would overflow.
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
