package dev.cistern.controller.population.plan;

import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.model.SourceKind;
import dev.cistern.controller.population.filler.Filler;
import dev.cistern.controller.population.filler.Fillers;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.LastReport;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Prime;
import dev.cistern.controller.population.model.Run;
import dev.cistern.controller.population.model.RunStatus;
import dev.cistern.controller.population.model.Step;
import dev.cistern.controller.population.model.Timeline;
import dev.cistern.controller.population.model.WaitingRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Builds a plan for one observation.
final class PlanBuilder {
    /// A shorter wait gets no record. (Creation times have a resolution of a second.)
    private static final Duration RECORDED_AFTER = Duration.ofSeconds(3);

    /// A number with its unit.
    private static final Pattern NUMBER = Pattern.compile("[0-9][0-9.]*[A-Za-z]{0,2}");

    final Observed seen;
    private final Filler filler;
    private final List<Action> actions = new ArrayList<>();
    private Timeline timeline;
    private Optional<Duration> requeueAfter = Optional.empty();
    private boolean done;
    private boolean queued;

    PlanBuilder(Observed seen, Fillers fillers) {
        this.filler = fillers.of(seen.run());
        this.seen = seen;
        this.timeline = seen.timeline();
    }

    /// The filler of this run.
    Filler filler() {
        return filler;
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

    void requeueAfter(Duration delay) {
        requeueAfter =
                Optional.of(
                        requeueAfter.filter(other -> other.compareTo(delay) <= 0).orElse(delay));
    }

    void finished() {
        done = true;
    }

    void queue() {
        queued = true;
    }

    /// An event on the PVC.
    void event(boolean warning, String reason, String message) {
        add(new Action.EmitEvent(claim().key(), null, null, warning, reason, message));
    }

    /// An event on the object that the PVC names.
    void sourceEvent(boolean warning, String reason, String message) {
        if (claim().source().kind() == SourceKind.UNKNOWN) {
            return;
        }
        String uid = seen.run().map(run -> run.snapshot().spec().getSource().getUid()).orElse(null);
        add(new Action.EmitEvent(claim().key(), claim().source(), uid, warning, reason, message));
    }

    /// Reports why a PVC has no run yet: by an event, and if it lasts by a record that `kubectl get vpop` shows.
    void waiting(boolean warning, String reason, String message) {
        event(warning, reason, message);
        record(reason, message);
    }

    /// Records why a PVC has no run yet.
    void record(String reason, String message) {
        Instant due = claim().created().plus(RECORDED_AFTER);
        if (seen.now().isBefore(due)) {
            requeueAfter(Duration.between(seen.now(), due));
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
                        .in(RunPhase.PENDING, reason, message);
        if (!before.equals(Optional.of(status))) {
            add(new Action.WriteStatus(claim().key(), status, timeline));
        }
    }

    /// The run's status as it stands, with what its Job has told of revisions since: an attempt that is lost leaves nothing else.
    RunStatus status() {
        return seen.run()
                .flatMap(Run::status)
                .orElseGet(
                        () -> RunStatus.fresh(timeline.at(Step.PRIME_CREATED).orElse(seen.now())))
                .withRevisions(
                        seen.run()
                                .flatMap(Run::report)
                                .map(LastReport::revisions)
                                .orElse(Map.of()));
    }

    /// Number of attempts started, recorded in the status or not.
    int attemptsStarted() {
        return Math.max(status().attempts(), seen.latest().map(Attempt::number).orElse(0));
    }

    /// Adds the result of the newest attempt to a status, if there is one. To be called once per attempt, because bytes
    /// fetched are added up.
    RunStatus withLastResult(RunStatus status) {
        return seen.latest().flatMap(Attempt::result).map(status::withResultOf).orElse(status);
    }

    /// Reports what blocks the run, by event and status. A message that differs from the last one only in its numbers
    /// (the usage of a quota, for example) is not written again.
    void trouble(RunStatus status) {
        RunStatus before = status();
        boolean same =
                before.reason().equals(status.reason())
                        && NUMBER.matcher(before.message())
                                .replaceAll("0")
                                .equals(NUMBER.matcher(status.message()).replaceAll("0"));
        String words = same ? before.message() : status.message();
        event(true, status.reason(), words);
        write(status.in(status.phase(), status.reason(), words));
    }

    /// Reports that the API server rejected the last write of this run, if it did; the write is repeated in any case.
    void showRefusal() {
        seen.refusal()
                .ifPresent(
                        words ->
                                write(
                                        status().in(
                                                        status().phase(),
                                                        EventReason.CREATE_FAILED,
                                                        words)));
    }

    /// Writes a status that later steps rely on, or that is final.
    void write(RunStatus status) {
        if (seen.run().isPresent()
                && !seen.run().flatMap(Run::status).equals(Optional.of(status))) {
            add(new Action.WriteStatus(claim().key(), status, timeline));
        }
    }

    /// Writes a status that only informs users, once the phase has lasted for [LoadLevel#settle]: a smooth run then
    /// costs one status write.
    ///
    /// @return whether this phase was written for the first time
    boolean show(RunStatus status, Step since) {
        boolean known =
                seen.run()
                        .flatMap(Run::status)
                        .filter(s -> s.phase() == status.phase())
                        .isPresent();
        Instant settled = timeline.at(since).orElse(seen.now()).plus(seen.load().settle());
        if (known || !seen.now().isBefore(settled)) {
            write(status);
        } else {
            requeueAfter(Duration.between(seen.now(), settled));
            return false;
        }
        return !known;
    }

    void deleteAttempts() {
        filler.remove(seen).forEach(this::add);
    }

    /// Deletes all attempts but one.
    void deleteAttemptsBut(Optional<Attempt> kept) {
        filler.remove(kept.map(seen::without).orElse(seen)).forEach(this::add);
    }

    void deletePrime() {
        Optional<Prime> prime = seen.prime().filter(p -> !p.deleting());
        prime.ifPresent(p -> add(new Action.DeletePrime(p.namespace(), p.name(), p.uid())));
    }

    Plan build() {
        return new Plan(actions, timeline, requeueAfter, done, queued);
    }
}
