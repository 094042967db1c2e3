package dev.cistern.controller.population.model;

import dev.cistern.populate.wire.Fault;
import dev.cistern.populate.wire.RunResult;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One attempt to fill the volume.
///
/// @param number from 1
/// @param namespace of the object that does it, for example a Job
/// @param name of that object
/// @param uid of that object
/// @param created when it was made, to the second
/// @param deleting whether it has a deletion time
/// @param node that its pod was given; null before
/// @param state how far it is
public record Attempt(
        int number,
        String namespace,
        String name,
        String uid,
        Instant created,
        boolean deleting,
        @Nullable String node,
        State state) {

    /// Its result; empty while it runs, and when it left no readable message.
    public Optional<RunResult> result() {
        return switch (state) {
            case State.Succeeded(RunResult result) -> Optional.of(result);
            case State.Failed(Failure _, Optional<RunResult> result) -> result;
            case State.Starting _, State.Running _, State.Stopping _ -> Optional.empty();
        };
    }

    /// How far an attempt is, read from its Job and its pod, whichever knows more.
    public sealed interface State {
        /// No container has run yet.
        ///
        /// @param trouble what keeps the pod from starting, if anything
        record Starting(Optional<Trouble> trouble) implements State {}

        /// The container runs.
        ///
        /// @param since when it was started
        record Running(Instant since) implements State {}

        /// The pod was told to end, and has not.
        ///
        /// @param late why that takes long, when it does
        record Stopping(Optional<Trouble> late) implements State {}

        /// The container ended with success and left a result. An exit code of zero alone is not enough: any image has that.
        ///
        /// @param result what it says it did
        record Succeeded(RunResult result) implements State {}

        /// The attempt is over without success.
        ///
        /// @param failure what went wrong
        /// @param result what it says it did, when it left a readable message
        record Failed(Failure failure, Optional<RunResult> result) implements State {}
    }

    /// What keeps a pod from starting.
    ///
    /// @param eventReason the reason of the event that tells it, see [EventReason]
    /// @param reason as kubelet or scheduler call it, for example `ImagePullBackOff`
    /// @param message their words
    public record Trouble(String eventReason, String reason, String message) {
        /// Both, for people.
        public String text() {
            return reason + ": " + message;
        }
    }

    /// Why an attempt failed.
    ///
    /// @param fault whose it is, and so whether and for how long it is tried again
    /// @param reason one word for machines
    /// @param message for people
    public record Failure(Fault fault, String reason, String message) {}
}
