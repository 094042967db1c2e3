package dev.cistern.controller.model;

import java.util.Optional;

/// A run's record in the cluster.
///
/// @param uid of the `VolumePopulation`
/// @param deleting whether it has a deletion time
/// @param frozen what was asked when the run was made
/// @param status what was last written of it; empty when nothing was yet
/// @param sourceGone whether the object that the PVC names is gone or was made anew since
public record Run(
        String uid,
        boolean deleting,
        Frozen frozen,
        Optional<RunStatus> status,
        boolean sourceGone) {

    /// Where the run is, as far as written.
    public Phase phase() {
        return status.map(RunStatus::phase).orElse(Phase.PENDING);
    }
}
