package dev.cistern.controller.model;

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
/// @param nextAttempt when the next Job starts; null when none is waited for
/// @param node the node that the volume was made for; null when any will do
/// @param started when the run was made
/// @param finished when it was settled; null before
/// @param result what the last attempt left
public record RunStatus(
        Phase phase,
        String reason,
        String message,
        int attempts,
        @Nullable Instant nextAttempt,
        @Nullable String node,
        Instant started,
        @Nullable Instant finished,
        Optional<Result> result) {

    /// What an attempt left, added up over the attempts where that makes sense.
    ///
    /// @param bytes on the volume
    /// @param files on the volume
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
        return new RunStatus(Phase.PENDING, "", "", 0, null, null, now, null, Optional.empty());
    }

    /// This status in another phase.
    public RunStatus in(Phase phase, String reason, String message) {
        return new RunStatus(
                phase, reason, message, attempts, nextAttempt, node, started, finished, result);
    }

    /// This status with another count of attempts, and with or without a next one to wait for.
    public RunStatus attempt(int attempts, @Nullable Instant nextAttempt) {
        return new RunStatus(
                phase, reason, message, attempts, nextAttempt, node, started, finished, result);
    }

    /// This status for a volume made for a node.
    public RunStatus on(@Nullable String node) {
        return new RunStatus(
                phase, reason, message, attempts, nextAttempt, node, started, finished, result);
    }

    /// This status, settled at a moment.
    public RunStatus ended(Instant at) {
        return new RunStatus(phase, reason, message, attempts, null, node, started, at, result);
    }

    /// This status with what an attempt left; what that one fetched is added to what those before it did.
    public RunStatus withResultOf(RunResult last) {
        return new RunStatus(
                phase,
                reason,
                message,
                attempts,
                nextAttempt,
                node,
                started,
                finished,
                Optional.of(
                        new Result(
                                last.bytes(),
                                last.files(),
                                result.map(Result::bytesFetched).orElse(0L) + last.bytesFetched(),
                                last.bytesResumed(),
                                last.manifestDigest())));
    }
}
