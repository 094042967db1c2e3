package dev.cistern.controller.model;

/// What a PVC's `dataSourceRef` resolves to.
public sealed interface Resolution {
    /// All that a run needs to know.
    record Ready(RunSnapshot snapshot) implements Resolution {}

    /// Not looked up: the run under way keeps to its own snapshot.
    record NotAsked() implements Resolution {}

    /// Not now, but an object made or changed later may help; the PVC is looked at again then.
    ///
    /// @param reason one word for machines
    /// @param message names the object and what to do
    record Waiting(String reason, String message) implements Resolution {}

    /// Not with these objects as they are.
    ///
    /// @param reason one word for machines
    /// @param message names the field and what to do
    record Refused(String reason, String message) implements Resolution {}
}
