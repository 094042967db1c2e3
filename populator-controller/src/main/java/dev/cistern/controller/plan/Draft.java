package dev.cistern.controller.plan;

import dev.cistern.controller.model.Attempt;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.Observed;
import dev.cistern.controller.model.Phase;
import dev.cistern.controller.model.Prime;
import dev.cistern.controller.model.Run;
import dev.cistern.controller.model.RunStatus;
import dev.cistern.controller.model.SourceKind;
import dev.cistern.controller.model.Step;
import dev.cistern.controller.model.Timeline;
import dev.cistern.controller.model.WaitingRecord;
import dev.cistern.controller.model.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A plan being put together.
final class Draft {
    /// What is over sooner needs no record. (A PVC's age is known to the second.)
    private static final Duration RECORDED_AFTER = Duration.ofSeconds(3);

    /// With its unit.
    private static final Pattern NUMBER = Pattern.compile("[0-9][0-9.]*[A-Za-z]{0,2}");

    final Observed seen;
    private final List<Action> actions = new ArrayList<>();
    private Timeline timeline;
    private Optional<Duration> again = Optional.empty();
    private boolean over;
    private boolean waits;

    Draft(Observed seen) {
        this.seen = seen;
        this.timeline = seen.timeline();
    }

    Claim claim() {
        return seen.claim();
    }

    void add(Action action) {
        actions.add(action);
    }

    void mark(Step step) {
        timeline = timeline.with(step, seen.now());
    }

    void again(Duration delay) {
        again = Optional.of(again.filter(other -> other.compareTo(delay) <= 0).orElse(delay));
    }

    void over() {
        over = true;
    }

    void waitForTurn() {
        waits = true;
    }

    /// An event on the PVC.
    void tell(boolean warning, String reason, String message) {
        add(new Action.Announce(claim().key(), null, null, warning, reason, message));
    }

    /// An event on the object that the PVC names.
    void tellSource(boolean warning, String reason, String message) {
        if (claim().source().kind() == SourceKind.UNKNOWN) {
            return;
        }
        String uid = seen.run().map(run -> run.frozen().spec().getSource().getUid()).orElse(null);
        add(new Action.Announce(claim().key(), claim().source(), uid, warning, reason, message));
    }

    /// Tells why a PVC has no run yet: by an event, and, when that lasts, by a record that `kubectl get vpop` shows.
    void waiting(boolean warning, String reason, String message) {
        tell(warning, reason, message);
        record(reason, message);
    }

    /// Keeps a record of why a PVC has no run yet.
    void record(String reason, String message) {
        Instant due = claim().created().plus(RECORDED_AFTER);
        if (seen.now().isBefore(due)) {
            again(Duration.between(seen.now(), due));
            return;
        }
        Optional<WaitingRecord> known = seen.waiting();
        if (known.filter(WaitingRecord::deleting).isPresent()
                || !RunManifest.canBeRecorded(claim())) {
            return;
        }
        if (known.isEmpty()) {
            add(new Action.CreateRun(RunManifest.waiting(claim())));
        }
        Optional<RunStatus> before = known.flatMap(WaitingRecord::status);
        RunStatus status =
                before.orElseGet(() -> RunStatus.fresh(seen.now()))
                        .in(Phase.PENDING, reason, message);
        if (!before.equals(Optional.of(status))) {
            add(new Action.WriteStatus(claim().key(), status, timeline));
        }
    }

    /// The run's status as it stands.
    RunStatus status() {
        return seen.run()
                .flatMap(Run::status)
                .orElseGet(
                        () -> RunStatus.fresh(timeline.at(Step.PRIME_CREATED).orElse(seen.now())));
    }

    /// How many attempts were begun, whether or not the status tells of all of them.
    int attemptsStarted() {
        return Math.max(status().attempts(), seen.latest().map(Attempt::number).orElse(0));
    }

    /// A status with what the newest attempt left, if it left a message. To be called once for an attempt: what it
    /// fetched is added to what the attempts before it did.
    RunStatus withLastResult(RunStatus status) {
        return seen.latest().flatMap(Attempt::result).map(status::withResultOf).orElse(status);
    }

    /// Tells what stands in the way, by event and status. In the words of others numbers change all the time (of a quota, for example,
    /// how much is used): what is the same but for these is not written again.
    void trouble(RunStatus status) {
        RunStatus before = status();
        boolean same =
                before.reason().equals(status.reason())
                        && NUMBER.matcher(before.message())
                                .replaceAll("0")
                                .equals(NUMBER.matcher(status.message()).replaceAll("0"));
        String words = same ? before.message() : status.message();
        tell(true, status.reason(), words);
        write(status.in(status.phase(), status.reason(), words));
    }

    /// Writes that the API server refused to make the next thing of the run, if it did: it is asked again all the same.
    void showRefusal() {
        seen.refusal()
                .ifPresent(words -> write(status().in(status().phase(), Why.CREATE_FAILED, words)));
    }

    /// Writes a status that later steps rely on, or that is final.
    void write(RunStatus status) {
        if (seen.run().isPresent()
                && !seen.run().flatMap(Run::status).equals(Optional.of(status))) {
            add(new Action.WriteStatus(claim().key(), status, timeline));
        }
    }

    /// Writes a status for people to look at, once the phase has lasted for [Crowd#settle]: a run that goes smoothly then costs
    /// one status write.
    ///
    /// @return whether this phase is told for the first time
    boolean show(RunStatus status, Step since) {
        boolean known =
                seen.run()
                        .flatMap(Run::status)
                        .filter(s -> s.phase() == status.phase())
                        .isPresent();
        Instant settled = timeline.at(since).orElse(seen.now()).plus(seen.crowd().settle());
        if (known || !seen.now().isBefore(settled)) {
            write(status);
        } else {
            again(Duration.between(seen.now(), settled));
            return false;
        }
        return !known;
    }

    void deleteAttempts() {
        for (Attempt attempt : seen.attempts()) {
            if (!attempt.deleting()) {
                add(new Action.DeleteJob(attempt.namespace(), attempt.name(), attempt.uid()));
            }
        }
    }

    void deletePrime() {
        Optional<Prime> prime = seen.prime().filter(p -> !p.deleting());
        prime.ifPresent(p -> add(new Action.DeletePrime(p.namespace(), p.name(), p.uid())));
    }

    Plan done() {
        return new Plan(actions, timeline, again, over, waits);
    }
}
