package dev.cistern.controller.cluster;

import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Optional;

/// What probes are planned from, besides the StorageBackend. All look-ups go to an index.
public interface ProbeLookups {
    /// Probes' Jobs of the StorageBackend with that UID.
    List<Job> probeJobs(String uid);

    /// A Job by its name, with the controller's own latest writes.
    Optional<Job> job(String namespace, String name);

    /// Pods of probes' Jobs of the StorageBackend with that UID.
    List<Pod> probePods(String uid);

    /// Probes' Jobs of all StorageBackends.
    List<Job> allProbeJobs();

    /// Populators that name a StorageBackend.
    List<ObjectVolumePopulator> populatorsOf(String backend);

    /// Datasets that name a StorageBackend.
    List<Dataset> datasetsOf(String backend);
}
