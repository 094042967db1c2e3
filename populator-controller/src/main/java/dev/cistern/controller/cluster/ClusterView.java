package dev.cistern.controller.cluster;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.SourceRef;
import dev.cistern.controller.model.WarningEvent;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.List;
import java.util.Optional;

/// The current state of the cluster, including the controller's own latest writes.
public interface ClusterView {
    /// The PVC of that name.
    Optional<PersistentVolumeClaim> claim(String namespace, String name);

    /// The StorageClass of that name.
    Optional<StorageClass> storageClass(String name);

    /// The PV of that name.
    Optional<PersistentVolume> volume(String name);

    /// PVs whose `claimRef` has that UID.
    List<PersistentVolume> volumesOfClaim(String uid);

    /// Our Jobs of the PVC with that UID.
    List<Job> jobs(String uid);

    /// Pods of our Jobs of the PVC with that UID.
    List<Pod> pods(String uid);

    /// The same pods read from the API server: one call. For a Job that has finished while its pod in the cache has
    /// not.
    ///
    /// @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server does not respond
    List<Pod> podsNow(String namespace, String uid);

    /// The run's record of that name.
    Optional<VolumePopulation> run(String namespace, String name);

    /// The same record read from the API server: one call. For a Job that has finished and whose pod is gone.
    ///
    /// @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server does not respond
    Optional<VolumePopulation> runNow(String namespace, String name);

    /// The `ObjectVolumePopulator` of that name.
    Optional<ObjectVolumePopulator> objectPopulator(String namespace, String name);

    /// The `OSSVolumePopulator` of that name.
    Optional<OSSVolumePopulator> ossPopulator(String namespace, String name);

    /// The `Dataset` of that name.
    Optional<Dataset> dataset(String name);

    /// The object that a PVC names.
    default Optional<? extends HasMetadata> source(SourceRef ref) {
        String namespace = ref.namespace() == null ? "" : ref.namespace();
        return switch (ref.kind()) {
            case OBJECT_VOLUME_POPULATOR -> objectPopulator(namespace, ref.name());
            case OSS_VOLUME_POPULATOR -> ossPopulator(namespace, ref.name());
            case DATASET -> dataset(ref.name());
            case UNKNOWN -> Optional.empty();
        };
    }

    /// The `StorageBackend` of that name.
    Optional<StorageBackend> backend(String name);

    /// The namespace of that name, with its labels.
    Optional<Namespace> namespace(String name);

    /// All `ReferenceGrant`s of a namespace; empty where that kind does not exist.
    List<GenericKubernetesResource> grants(String namespace);

    /// The newest warning about a prime, Job or pod of a run. May call the API server, at a bounded rate; used only for
    /// objects that make no progress.
    Optional<WarningEvent> warning(String namespace, String uid);

    /// Size in bytes of the largest volume that fits on any node, as published by a StorageClass's driver; empty when
    /// it publishes none. May call the API server, at a bounded rate.
    Optional<Long> largestVolume(String storageClass);
}
