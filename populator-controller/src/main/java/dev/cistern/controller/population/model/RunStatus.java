package dev.cistern.controller.population.model;

import dev.cistern.controller.model.RunPhase;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.RunResult;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a run's record says of it, without the progress that the Job reports.
///
/// @param phase where the run is
/// @param reason one word for machines; empty when all is well
/// @param message for people
/// @param attempts Jobs started so far
/// @param failures attempts that count against the limit
/// @param nextAttempt when the next Job starts; null when none is waited for
/// @param waitingSince since when nothing has got through because the store is away or Jobs are stopped; null when something has
/// @param node the node that the volume was made for, or that the Job is on; null when not known
/// @param started when the run was made
/// @param finished when it was settled; null before
/// @param lastFailure how the last attempt that failed did
/// @param result what the last attempt left
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
        Optional<Result> result) {

    /// How an attempt failed.
    ///
    /// @param attempt its number
    /// @param reason one word for machines
    /// @param message for people
    public record LastFailure(int attempt, String reason, String message) {}

    /// What an attempt left, added up over the attempts where that makes sense.
    ///
    /// @param bytes on the volume, as far as any attempt has told
    /// @param files on the volume, likewise
    /// @param bytesFetched read from the store by all attempts that said so
    /// @param bytesResumed found in place by the last attempt
    /// @param manifestDigest digest of the list of files; null unless it succeeded
    public record Result(
            long bytes,
            long files,
            long bytesFetched,
            long bytesResumed,
            @Nullable String manifestDigest) {}

    /// The status of a run just made.
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
                Optional.empty());
    }

    /// This status in another phase.
    public RunStatus in(RunPhase phase, String reason, String message) {
        Copy copy = new Copy(this);
        copy.phase = phase;
        copy.reason = reason;
        copy.message = message;
        return copy.made();
    }

    /// This status with another count of attempts, and with or without a next one to wait for.
    public RunStatus attempt(int attempts, @Nullable Instant nextAttempt) {
        Copy copy = new Copy(this);
        copy.attempts = attempts;
        copy.nextAttempt = nextAttempt;
        return copy.made();
    }

    /// This status after one more attempt that counts against the limit.
    public RunStatus counted() {
        Copy copy = new Copy(this);
        copy.failures++;
        copy.waitingSince = null;
        return copy.made();
    }

    /// This status while nothing gets through.
    public RunStatus waiting(Instant since) {
        Copy copy = new Copy(this);
        copy.waitingSince = since;
        return copy.made();
    }

    /// This status with how an attempt failed.
    public RunStatus failed(LastFailure failure) {
        Copy copy = new Copy(this);
        copy.lastFailure = Optional.of(failure);
        return copy.made();
    }

    /// This status on a node; without one, where it was before.
    public RunStatus on(@Nullable String node) {
        Copy copy = new Copy(this);
        copy.node = node == null ? this.node : node;
        return copy.made();
    }

    /// This status, settled at a moment.
    public RunStatus ended(Instant at) {
        Copy copy = new Copy(this);
        copy.nextAttempt = null;
        copy.waitingSince = null;
        copy.finished = at;
        return copy.made();
    }

    /// This status with what an attempt left; what that one fetched is added to what those before it did. An attempt that failed
    /// may not have got as far as finding what is there, so what one before it told still holds.
    public RunStatus withResultOf(RunResult last) {
        boolean all = last.outcome() == Outcome.SUCCEEDED;
        return with(
                new Result(
                        all ? last.bytes() : Math.max(last.bytes(), bytesThere()),
                        all
                                ? last.files()
                                : Math.max(last.files(), result.map(Result::files).orElse(0L)),
                        result.map(Result::bytesFetched).orElse(0L) + last.bytesFetched(),
                        last.bytesResumed(),
                        last.manifestDigest()));
    }

    /// This status with the bytes of a report, when they are more than attempts have told of so far.
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

    private RunStatus with(Result result) {
        Copy copy = new Copy(this);
        copy.result = Optional.of(result);
        return copy.made();
    }

    /// How many bytes attempts have told of so far.
    public long bytesThere() {
        return result.map(Result::bytes).orElse(0L);
    }

    /// A status with some components changed: names only those.
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
                    result);
        }
    }
}
