package dev.cistern.controller.model;

/// What a PVC's `dataSourceRef` resolves to.
public sealed interface Resolution {
    /// All that a run needs to know.
    record Ready(RunSnapshot snapshot) implements Resolution {}

    /// Not resolved: the run in progress uses its own snapshot.
    record NotAsked() implements Resolution {}

    /// Not resolvable yet: an object created or changed later may resolve it, and wakes the PVC.
    ///
    /// @param reason machine-readable
    /// @param message names the object and what to do
    record Waiting(String reason, String message) implements Resolution {}

    /// Not resolvable with the current objects.
    ///
    /// @param reason machine-readable
    /// @param message names the field and what to do
    record Refused(String reason, String message) implements Resolution {}
}
