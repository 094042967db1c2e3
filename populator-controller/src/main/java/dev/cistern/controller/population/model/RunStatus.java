package dev.cistern.controller.population.model;

import dev.cistern.controller.model.RunPhase;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.SourceRevision;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The status in a run's record, without the progress that the Job reports.
///
/// @param phase current phase
/// @param reason machine-readable; empty when there is no problem
/// @param message human-readable
/// @param attempts number of Jobs started so far
/// @param failures number of attempts that count against the limit
/// @param nextAttempt when the next Job starts; null when none is scheduled
/// @param waitingSince start of the current outage of the store or disruption of Jobs; null when there is progress
/// @param node the node that the volume was created for, or that the Job runs on; null when unknown
/// @param started creation time of the run
/// @param finished end of the run; null before
/// @param lastFailure the last failed attempt
/// @param result of the last attempt
/// @param revisions what the names of sources stood for when an attempt first read them, by the sources' numbers; later attempts read the same
public record RunStatus(
        RunPhase phase,
        String reason,
        String message,
        int attempts,
        int failures,
        @Nullable Instant nextAttempt,
        @Nullable Instant waitingSince,
        @Nullable String node,
        Instant started,
        @Nullable Instant finished,
        Optional<LastFailure> lastFailure,
        Optional<Result> result,
        Map<Integer, String> revisions) {

    public RunStatus {
        // In order, so that what is written does not change without a reason.
        revisions = Collections.unmodifiableMap(new TreeMap<>(revisions));
    }

    /// How an attempt failed.
    ///
    /// @param attempt its number
    /// @param reason machine-readable
    /// @param message human-readable
    /// @param at when that was seen; null in records of older releases
    public record LastFailure(int attempt, String reason, String message, @Nullable Instant at) {}

    /// Result of an attempt, with sums over all attempts where applicable.
    ///
    /// @param bytes on the volume, as far as reported by any attempt
    /// @param files on the volume, likewise
    /// @param bytesFetched read from the store by all attempts that reported it
    /// @param bytesResumed found on the volume by the last attempt
    /// @param manifestDigest digest of the list of files; null unless it succeeded
    public record Result(
            long bytes,
            long files,
            long bytesFetched,
            long bytesResumed,
            @Nullable String manifestDigest) {}

    /// The status of a new run.
    public static RunStatus fresh(Instant now) {
        return new RunStatus(
                RunPhase.PENDING,
                "",
                "",
                0,
                0,
                null,
                null,
                null,
                now,
                null,
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    /// Returns a copy in another phase.
    public RunStatus in(RunPhase phase, String reason, String message) {
        Copy copy = new Copy(this);
        copy.phase = phase;
        copy.reason = reason;
        copy.message = message;
        return copy.made();
    }

    /// Returns a copy with another number of attempts and time of the next one.
    public RunStatus attempt(int attempts, @Nullable Instant nextAttempt) {
        Copy copy = new Copy(this);
        copy.attempts = attempts;
        copy.nextAttempt = nextAttempt;
        return copy.made();
    }

    /// Returns a copy with one more failure that counts against the limit.
    public RunStatus counted() {
        Copy copy = new Copy(this);
        copy.failures++;
        copy.waitingSince = null;
        return copy.made();
    }

    /// Returns a copy with the start of an outage.
    public RunStatus waiting(Instant since) {
        Copy copy = new Copy(this);
        copy.waitingSince = since;
        return copy.made();
    }

    /// This status while the run must not go on, which is no outage of the store.
    public RunStatus held() {
        Copy copy = new Copy(this);
        copy.waitingSince = null;
        return copy.made();
    }

    /// Returns a copy with a failed attempt.
    public RunStatus failed(LastFailure failure) {
        Copy copy = new Copy(this);
        copy.lastFailure = Optional.of(failure);
        return copy.made();
    }

    /// Returns a copy with a node; without one, unchanged.
    public RunStatus on(@Nullable String node) {
        Copy copy = new Copy(this);
        copy.node = node == null ? this.node : node;
        return copy.made();
    }

    /// Returns a copy with an end time.
    public RunStatus ended(Instant at) {
        Copy copy = new Copy(this);
        copy.nextAttempt = null;
        copy.waitingSince = null;
        copy.finished = at;
        return copy.made();
    }

    /// Returns a copy with an attempt's result; bytes fetched are added up. A failed attempt may not have got as far as
    /// finding existing data, so earlier counts are kept.
    public RunStatus withResultOf(RunResult last) {
        boolean all = last.outcome() == Outcome.SUCCEEDED;
        return withRevisions(byNumber(last.revisions()))
                .with(
                        new Result(
                                all ? last.bytes() : Math.max(last.bytes(), bytesThere()),
                                all
                                        ? last.files()
                                        : Math.max(
                                                last.files(), result.map(Result::files).orElse(0L)),
                                result.map(Result::bytesFetched).orElse(0L) + last.bytesFetched(),
                                last.bytesResumed(),
                                last.manifestDigest()));
    }

    /// Returns a copy with the bytes of a report, if they are more than reported so far.
    public RunStatus withBytesOf(LastReport report) {
        if (report.bytesDone() <= bytesThere()) {
            return this;
        }
        Result before = result.orElse(new Result(0, 0, 0, 0, null));
        return with(
                new Result(
                        report.bytesDone(),
                        before.files(),
                        before.bytesFetched(),
                        before.bytesResumed(),
                        before.manifestDigest()));
    }

    /// This status with revisions that an attempt told of. The first that was told of a source stays: an attempt that was told none of it
    /// may have been the one before its end was known.
    public RunStatus withRevisions(Map<Integer, String> told) {
        Map<Integer, String> all = new TreeMap<>(told);
        all.putAll(revisions);
        Copy copy = new Copy(this);
        copy.revisions = all;
        return copy.made();
    }

    /// Revisions by their sources' numbers.
    public static Map<Integer, String> byNumber(List<SourceRevision> revisions) {
        return revisions.stream()
                .collect(
                        Collectors.toMap(
                                SourceRevision::source, SourceRevision::revision, (a, b) -> a));
    }

    private RunStatus with(Result result) {
        Copy copy = new Copy(this);
        copy.result = Optional.of(result);
        return copy.made();
    }

    /// Bytes reported by attempts so far.
    public long bytesThere() {
        return result.map(Result::bytes).orElse(0L);
    }

    /// Builder for a copy with some components changed.
    private static final class Copy {
        private RunPhase phase;
        private String reason;
        private String message;
        private int attempts;
        private int failures;
        private @Nullable Instant nextAttempt;
        private @Nullable Instant waitingSince;
        private @Nullable String node;
        private final Instant started;
        private @Nullable Instant finished;
        private Optional<LastFailure> lastFailure;
        private Optional<Result> result;
        private Map<Integer, String> revisions;

        Copy(RunStatus of) {
            phase = of.phase;
            reason = of.reason;
            message = of.message;
            attempts = of.attempts;
            failures = of.failures;
            nextAttempt = of.nextAttempt;
            waitingSince = of.waitingSince;
            node = of.node;
            started = of.started;
            finished = of.finished;
            lastFailure = of.lastFailure;
            result = of.result;
            revisions = of.revisions;
        }

        RunStatus made() {
            return new RunStatus(
                    phase,
                    reason,
                    message,
                    attempts,
                    failures,
                    nextAttempt,
                    waitingSince,
                    node,
                    started,
                    finished,
                    lastFailure,
                    result,
                    revisions);
        }
    }
}
