package dev.cistern.controller.plan;

import dev.cistern.controller.model.Attempt;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClassState;
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

/// A run under way: prime, Jobs, and the volume's change of hands.
final class Copying {
    /// A volume that takes longer than this is worth a word to the user; most take less.
    private static final Duration SLOW_VOLUME = Duration.ofSeconds(5);

    /// How often the provisioner's complaints are looked up while a volume is slow.
    private static final Duration LOOK_AT_PROVISIONER = Duration.ofSeconds(15);

    /// A pod that nobody schedules sends no further news; after this long its condition is worth telling.
    private static final Duration LOOK_AT_POD = Duration.ofSeconds(31);

    private static final Duration SOON = Duration.ofSeconds(1);

    /// Backoff between attempts: 2 s, doubling, at most 5 min.
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);

    private static final Duration LAST_BACKOFF = Duration.ofMinutes(5);

    private final PrimeManifest primes;
    private final JobManifest jobs;

    Copying(PrimeManifest primes, JobManifest jobs) {
        this.primes = primes;
        this.jobs = jobs;
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
            withoutPrime(draft);
            return;
        }
        Prime prime = seen.prime().get();
        if (prime.deleting()) {
            // Its protection ends when no pod uses it any more.
            draft.deleteAttempts();
            return;
        }
        switch (prime.phase()) {
            case PENDING -> waiting(draft, prime);
            case BOUND -> withVolume(draft, prime);
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

    private void withoutPrime(Draft draft) {
        Observed seen = draft.seen;
        if (!seen.attempts().isEmpty()) {
            restart(draft);
        } else if (seen.livePods() == 0) {
            boolean byNode = waitsForNode(seen.storageClass());
            if (!byNode || seen.claim().selectedNode() != null) {
                draft.mark(Step.PRIME_CREATED);
                draft.add(
                        new Action.CreatePrime(
                                primes.of(
                                        seen.claim(),
                                        seen.run()
                                                .orElseThrow()
                                                .frozen()
                                                .spec()
                                                .getPrimeNamespace(),
                                        byNode)));
            } else {
                draft.show(
                        draft.status()
                                .on(null)
                                .in(
                                        Phase.PENDING,
                                        "",
                                        "waiting for the scheduler to choose a node"),
                        Step.PRIME_CREATED);
            }
        }
    }

    /// Lets go of prime and Jobs; how many attempts there were is written first, so that their names stay unused.
    private static void restart(Draft draft) {
        RunStatus status = draft.status();
        draft.write(status.attempt(started(draft.seen, status), status.nextAttempt()));
        draft.deleteAttempts();
        draft.deletePrime();
    }

    private static boolean waitsForNode(ClassState state) {
        return state instanceof ClassState.Found found && found.waitForFirstConsumer();
    }

    private static int started(Observed seen, RunStatus status) {
        return Math.max(status.attempts(), seen.latest().map(Attempt::number).orElse(0));
    }

    /// The prime has no volume yet.
    private void waiting(Draft draft, Prime prime) {
        Claim claim = draft.claim();
        if (prime.madeForNode() != null) {
            if (!prime.madeForNode().equals(claim.selectedNode())) {
                elsewhere(draft, prime);
                return;
            }
            if (prime.selectedNode() == null) {
                draft.tell(
                        true,
                        Why.RESCHEDULING,
                        "no volume can be made for node "
                                + prime.madeForNode()
                                + "; the scheduler is asked for another"
                                + draft.seen
                                        .provisionerMessage()
                                        .map(message -> ". The provisioner says: " + message)
                                        .orElse(""));
                draft.add(new Action.ClearSelectedNode(claim));
                draft.deletePrime();
                return;
            }
        }
        RunStatus status = draft.status().on(prime.madeForNode());
        Duration age = Duration.between(prime.created(), draft.seen.now());
        if (age.compareTo(SLOW_VOLUME) < 0) {
            draft.show(
                    status.in(Phase.PROVISIONING, "", "waiting for the volume"),
                    Step.PRIME_CREATED);
            draft.again(SLOW_VOLUME.minus(age.isNegative() ? Duration.ZERO : age));
            return;
        }
        Optional<String> complaint = draft.seen.provisionerMessage();
        if (complaint.isPresent()) {
            draft.tell(true, Why.PROVISIONING_FAILED, complaint.get());
            draft.write(status.in(Phase.PROVISIONING, Why.PROVISIONING_FAILED, complaint.get()));
        } else {
            draft.tell(
                    false,
                    Why.PROVISIONING,
                    "waiting for the volume of "
                            + prime.namespace()
                            + "/"
                            + prime.name()
                            + ", which will be filled and handed over");
            draft.write(status.in(Phase.PROVISIONING, "", "waiting for the volume"));
        }
        draft.again(LOOK_AT_PROVISIONER);
    }

    /// The scheduler chose another node before the copy began.
    private static void elsewhere(Draft draft, Prime prime) {
        draft.tell(
                false,
                Why.RESCHEDULING,
                "the pod no longer goes to node "
                        + prime.madeForNode()
                        + "; the volume is made again where it goes");
        draft.deletePrime();
    }

    /// The prime has its volume.
    private void withVolume(Draft draft, Prime prime) {
        Observed seen = draft.seen;
        draft.mark(Step.PRIME_BOUND);
        RunStatus status = draft.status();
        boolean begun = started(seen, status) > 0;
        if (!begun
                && prime.madeForNode() != null
                && !prime.madeForNode().equals(seen.claim().selectedNode())) {
            elsewhere(draft, prime);
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
        if (number == 1) {
            draft.tell(
                    false,
                    Why.POPULATING,
                    "filling the volume from " + seen.claim().source().display());
        }
        draft.add(
                new Action.CreateJob(
                        jobs.of(seen.claim(), seen.run().orElseThrow().frozen(), prime, number),
                        number));
        draft.mark(Step.JOB_CREATED);
        draft.show(populating(status, prime, number), Step.JOB_CREATED);
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
                } else {
                    draft.show(shown, Step.JOB_CREATED);
                    draft.again(LOOK_AT_POD);
                }
            }
            case Attempt.State.Running() -> {
                draft.mark(Step.COPY_STARTED);
                draft.show(shown, Step.JOB_CREATED);
            }
            case Attempt.State.Succeeded _ -> {
                draft.mark(Step.COPY_STARTED);
                draft.mark(Step.COPY_DONE);
                draft.add(
                        new Action.Rebind(
                                volume.name(), volume.resourceVersion(), draft.claim().key()));
                draft.mark(Step.REBOUND);
                draft.show(binding(shown), Step.REBOUND);
            }
            case Attempt.State.Failed(Attempt.Failure failure, Optional<RunResult> _) ->
                    failed(draft, withResult(shown, draft.seen), attempt, failure);
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
                        .attempt(started(draft.seen, status), null)
                        .ended(draft.seen.now()));
        draft.deleteAttempts();
        draft.deletePrime();
    }

    /// The status while the volume changes hands.
    static RunStatus binding(RunStatus status) {
        return status.in(Phase.BINDING, "", "the volume is full and changes hands");
    }

    /// A status with what the newest attempt left, if it left a message. To be called once for an attempt: what it
    /// fetched is added to what the attempts before it did.
    static RunStatus withResult(RunStatus status, Observed seen) {
        Optional<RunResult> result = seen.latest().flatMap(Copying::result);
        if (result.isEmpty()) {
            return status;
        }
        RunResult last = result.get();
        long before = status.result().map(RunStatus.Result::bytesFetched).orElse(0L);
        return status.with(
                new RunStatus.Result(
                        last.bytes(),
                        last.files(),
                        before + last.bytesFetched(),
                        last.bytesResumed(),
                        last.manifestDigest()));
    }

    private static Optional<RunResult> result(Attempt attempt) {
        return switch (attempt.state()) {
            case Attempt.State.Succeeded(RunResult result) -> Optional.of(result);
            case Attempt.State.Failed(Attempt.Failure _, Optional<RunResult> result) -> result;
            case Attempt.State.Starting _, Attempt.State.Running _ -> Optional.empty();
        };
    }
}
