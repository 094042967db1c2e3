package dev.cistern.controller.population.model;

import dev.cistern.controller.model.Trouble;
import dev.cistern.populate.wire.Fault;
import dev.cistern.populate.wire.RunResult;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One attempt to fill the volume.
///
/// @param number from 1
/// @param namespace of its object, for example a Job
/// @param name of that object
/// @param uid of that object
/// @param created creation time, to the second
/// @param deleting whether it has a deletion time
/// @param node of its pod; null before it is scheduled
/// @param state its state
public record Attempt(
        int number,
        String namespace,
        String name,
        String uid,
        Instant created,
        boolean deleting,
        @Nullable String node,
        State state) {

    /// Its result; empty while it runs, and when there is no readable message.
    public Optional<RunResult> result() {
        return switch (state) {
            case State.Succeeded(RunResult result) -> Optional.of(result);
            case State.Failed(Failure _, Optional<RunResult> result) -> result;
            case State.Starting _, State.Running _, State.Stopping _ -> Optional.empty();
        };
    }

    /// State of an attempt, read from its Job and its pod, whichever is ahead.
    public sealed interface State {
        /// No container has run yet.
        ///
        /// @param trouble what keeps the pod from starting, if anything
        record Starting(Optional<Trouble> trouble) implements State {}

        /// The container runs.
        ///
        /// @param since start time
        record Running(Instant since) implements State {}

        /// The pod is terminating.
        ///
        /// @param late why that takes long, if it does
        record Stopping(Optional<Trouble> late) implements State {}

        /// The container succeeded and left a result. An exit code of zero is not enough: any image may return that.
        ///
        /// @param result its result
        record Succeeded(RunResult result) implements State {}

        /// The attempt is over without success.
        ///
        /// @param failure what went wrong
        /// @param result its result, if there is a readable message
        record Failed(Failure failure, Optional<RunResult> result) implements State {}
    }

    /// Why an attempt failed.
    ///
    /// @param fault origin of the failure, which determines whether and for how long it is retried
    /// @param reason machine-readable
    /// @param message human-readable
    public record Failure(Fault fault, String reason, String message) {}
}
