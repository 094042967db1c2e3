package dev.cistern.controller.population.model;

import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.model.RunSnapshot;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A run's record in the cluster.
///
/// @param uid of the `VolumePopulation`
/// @param deleting whether it has a deletion time
/// @param snapshot what was asked when the run was made
/// @param status what was last written of it; empty when nothing was yet
/// @param report what its Job reported last
/// @param retry the PVC's retry annotation when the run was made; null when there was none
/// @param sourceGone whether the object that the PVC names is gone or was made anew since
public record Run(
        String uid,
        boolean deleting,
        RunSnapshot snapshot,
        Optional<RunStatus> status,
        Optional<LastReport> report,
        @Nullable String retry,
        boolean sourceGone) {

    /// Where the run is, as far as written.
    public RunPhase phase() {
        return status.map(RunStatus::phase).orElse(RunPhase.PENDING);
    }
}
