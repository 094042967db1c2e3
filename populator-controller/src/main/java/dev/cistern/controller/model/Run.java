package dev.cistern.controller.model;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A run's record in the cluster.
///
/// @param uid of the `VolumePopulation`
/// @param deleting whether it has a deletion time
/// @param frozen what was asked when the run was made
/// @param status what was last written of it; empty when nothing was yet
/// @param report what its Job reported last
/// @param retry the PVC's retry annotation when the run was made; null when there was none
/// @param sourceGone whether the object that the PVC names is gone or was made anew since
public record Run(
        String uid,
        boolean deleting,
        Frozen frozen,
        Optional<RunStatus> status,
        Optional<LastReport> report,
        @Nullable String retry,
        boolean sourceGone) {

    /// Where the run is, as far as written.
    public Phase phase() {
        return status.map(RunStatus::phase).orElse(Phase.PENDING);
    }
}
