package dev.cistern.controller.population.model;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.model.RunSnapshot;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A run's record in the cluster.
///
/// @param uid of the `VolumePopulation`
/// @param deleting whether it has a deletion time
/// @param snapshot the request when the run was created
/// @param status last written status; empty when there is none
/// @param report last report of its Job
/// @param retry the PVC's retry annotation when the run was created; null when there was none
/// @param sourceGone whether the object that the PVC names was deleted or recreated since
public record Run(
        String uid,
        boolean deleting,
        RunSnapshot snapshot,
        Optional<RunStatus> status,
        Optional<LastReport> report,
        @Nullable String retry,
        boolean sourceGone) {

    /// The last written phase.
    public RunPhase phase() {
        return status.map(RunStatus::phase).orElse(RunPhase.PENDING);
    }

    /// The same run with what its Job is made of.
    public Run with(VolumePopulationSpec spec) {
        return new Run(
                uid,
                deleting,
                new RunSnapshot(spec, snapshot.fingerprint()),
                status,
                report,
                retry,
                sourceGone);
    }
}
