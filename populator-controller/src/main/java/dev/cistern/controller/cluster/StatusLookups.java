package dev.cistern.controller.cluster;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.Subject;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.List;
import java.util.Optional;

/// Look-ups for statuses, in addition to those for a run. All of them use an index.
public interface StatusLookups {
    /// The object itself.
    Optional<? extends HasMetadata> object(Subject subject);

    /// Runs of the PVCs that name it, or, of a StorageBackend, runs that read from it; none for other kinds.
    List<VolumePopulation> runsOf(Subject subject);

    /// How many of [#runsOf] are not over.
    int runsUnderWay(Subject subject);

    /// PVCs that name it and are not bound.
    List<PersistentVolumeClaim> waitingFor(Subject subject);
}
