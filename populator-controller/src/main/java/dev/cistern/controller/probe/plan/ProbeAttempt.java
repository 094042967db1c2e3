package dev.cistern.controller.probe.plan;

import dev.cistern.controller.model.Trouble;
import dev.cistern.populate.wire.ProbeResult;
import java.time.Instant;
import java.util.Optional;

/// A Job of a probe.
///
/// @param number from 1
/// @param namespace of the Job
/// @param name of the Job
/// @param uid of the Job
/// @param deleting whether it has a deletion time
/// @param fingerprint of what it looks at
/// @param created when it was made, to the second
/// @param state how far it is
public record ProbeAttempt(
        long number,
        String namespace,
        String name,
        String uid,
        boolean deleting,
        String fingerprint,
        Instant created,
        State state) {

    /// How far a probe is.
    public sealed interface State {
        /// It has not ended.
        ///
        /// @param trouble what keeps its pod from starting, if anything
        record Running(Optional<Trouble> trouble) implements State {}

        /// It found something out.
        record Ended(ProbeResult result) implements State {}

        /// It ended, and left no result.
        ///
        /// @param why for people
        record Lost(String why) implements State {}
    }
}
