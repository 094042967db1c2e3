package dev.cistern.controller.probe.plan;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What the last probe of a StorageBackend found: its `status.probe`.
///
/// @param number how many there were, this one included
/// @param outcome what it means for the backend
/// @param reason one word for machines; null when all was found in order
/// @param message for people
/// @param path what was looked at
/// @param fingerprint of what was probed
/// @param finished when it ended
public record ProbeRecord(
        long number,
        Outcome outcome,
        @Nullable String reason,
        String message,
        String path,
        String fingerprint,
        Instant finished) {

    /// What a probe means for the backend.
    public enum Outcome {
        /// A page was listed, and what it names can be looked at.
        SUCCEEDED,
        /// The store answered, and not everything could be checked.
        PARTIAL,
        /// The backend cannot be used.
        FAILED,
        /// The probe could not run: nothing is known of the store.
        UNKNOWN
    }
}
