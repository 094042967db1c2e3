package dev.cistern.controller.cluster;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.DatasetClaim;
import dev.cistern.api.v1alpha1.NodeDataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.RefreshDataset;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.SourceKind;
import dev.cistern.controller.runtime.CachedKind;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The watched kinds, the parts of their objects that are cached, and their indexes.
///
/// Kinds that a cluster may not have (`OSSVolumePopulator`, `ReferenceGrant`) are started when they appear.
public final class WatchedKinds implements AutoCloseable {
    private static final ResourceDefinitionContext GRANTS =
            new ResourceDefinitionContext.Builder()
                    .withGroup("gateway.networking.k8s.io")
                    .withVersion("v1beta1")
                    .withKind("ReferenceGrant")
                    .withPlural("referencegrants")
                    .withNamespaced(true)
                    .build();

    public final CachedKind<PersistentVolumeClaim> claims;
    public final CachedKind<PersistentVolume> volumes;
    public final CachedKind<StorageClass> classes;
    public final CachedKind<Job> jobs;
    public final CachedKind<Pod> pods;
    public final CachedKind<VolumePopulation> runs;
    public final CachedKind<ObjectVolumePopulator> objectPopulators;
    public final CachedKind<Dataset> datasets;
    public final CachedKind<StorageBackend> backends;

    /// Namespaces, for their labels.
    public final CachedKind<Namespace> namespaces;

    public final CachedKind<DatasetClaim> datasetClaims;
    public final CachedKind<NodeDataset> nodeDatasets;
    public final CachedKind<RefreshDataset> refreshDatasets;

    /// Empty while the cluster does not have that kind.
    public final CachedKind<OSSVolumePopulator> ossPopulators;

    /// `ReferenceGrant`s; empty while the cluster does not have that kind.
    public final CachedKind<GenericKubernetesResource> grants;

    private final KubernetesClient client;
    private final List<CachedKind<?>> always;
    private final List<CachedKind<?>> nodeCache;

    /// Kinds that are not watched yet.
    WatchedKinds(KubernetesClient client) {
        this.client = client;
        CachedKind.Factory make = new CachedKind.Factory(client, References::runOf);
        claims =
                make.kind(
                        PersistentVolumeClaim.class,
                        () -> client.persistentVolumeClaims().inAnyNamespace().runnableInformer(0),
                        _ -> {},
                        Map.of(
                                Index.UID, Index::uid,
                                Index.SOURCE, Index::waitingForSource,
                                Index.CLASS, Index::waitingForClass,
                                Index.RUN, Index::run));
        volumes =
                make.kind(
                        PersistentVolume.class,
                        () -> client.persistentVolumes().runnableInformer(0),
                        _ -> {},
                        Map.of(Index.CLAIM, Index::claimOfVolume));
        classes =
                make.kind(
                        StorageClass.class,
                        () -> client.storage().v1().storageClasses().runnableInformer(0),
                        _ -> {},
                        Map.of());
        jobs =
                make.kind(
                        Job.class,
                        () ->
                                client.batch()
                                        .v1()
                                        .jobs()
                                        .inAnyNamespace()
                                        .withLabel(Names.LABEL_MANAGED_BY, Names.MANAGED_BY)
                                        .runnableInformer(0),
                        job -> job.setSpec(null),
                        Map.of(Index.RUN, Index::run, Index.PROBE, Index::probe));
        pods =
                make.kind(
                        Pod.class,
                        () ->
                                client.pods()
                                        .inAnyNamespace()
                                        .withLabel(Names.LABEL_MANAGED_BY, Names.MANAGED_BY)
                                        .runnableInformer(0),
                        WatchedKinds::withoutSpec,
                        Map.of(Index.RUN, Index::run, Index.PROBE, Index::probe));
        runs =
                make.kind(
                        VolumePopulation.class,
                        () ->
                                client.resources(VolumePopulation.class)
                                        .inAnyNamespace()
                                        .runnableInformer(0),
                        _ -> {},
                        Map.of(
                                Index.SOURCE, Index::sourceOfRun,
                                Index.BACKEND, References::backends,
                                Index.BACKEND_UNDER_WAY, Index::backendsOfRunUnderWay,
                                Index.UNDER_WAY, Index::sourceOfRunUnderWay,
                                Index.RUN, Index::pvcOfRun,
                                Index.PHASE, Index::phaseOfRun));
        objectPopulators =
                make.kind(
                        ObjectVolumePopulator.class,
                        () ->
                                client.resources(ObjectVolumePopulator.class)
                                        .inAnyNamespace()
                                        .runnableInformer(0),
                        _ -> {},
                        Map.of(Index.BACKEND, Index::backendsOfPopulator));
        datasets =
                make.kind(
                        Dataset.class,
                        () -> client.resources(Dataset.class).runnableInformer(0),
                        _ -> {},
                        Map.of(Index.BACKEND, Index::backendOfDataset));
        backends =
                make.kind(
                        StorageBackend.class,
                        () -> client.resources(StorageBackend.class).runnableInformer(0),
                        _ -> {},
                        Map.of());
        namespaces =
                make.kind(
                        Namespace.class,
                        () -> client.namespaces().runnableInformer(0),
                        WatchedKinds::labelsAlone,
                        Map.of());
        datasetClaims =
                make.kind(
                        DatasetClaim.class,
                        () ->
                                client.resources(DatasetClaim.class)
                                        .inAnyNamespace()
                                        .runnableInformer(0),
                        _ -> {},
                        Map.of());
        nodeDatasets =
                make.kind(
                        NodeDataset.class,
                        () -> client.resources(NodeDataset.class).runnableInformer(0),
                        _ -> {},
                        Map.of());
        refreshDatasets =
                make.kind(
                        RefreshDataset.class,
                        () -> client.resources(RefreshDataset.class).runnableInformer(0),
                        _ -> {},
                        Map.of());
        ossPopulators =
                make.kind(
                        OSSVolumePopulator.class,
                        () ->
                                client.resources(OSSVolumePopulator.class)
                                        .inAnyNamespace()
                                        .runnableInformer(0),
                        _ -> {},
                        Map.of());
        grants =
                make.kind(
                        GenericKubernetesResource.class,
                        () ->
                                client.genericKubernetesResources(GRANTS)
                                        .inAnyNamespace()
                                        .runnableInformer(0),
                        _ -> {},
                        Map.of());
        nodeCache = List.of(datasetClaims, nodeDatasets, refreshDatasets);
        always =
                List.of(
                        claims,
                        volumes,
                        classes,
                        jobs,
                        pods,
                        runs,
                        objectPopulators,
                        datasets,
                        backends,
                        namespaces);
    }

    /// Keeps only the node of a pod's spec.
    private static void withoutSpec(Pod pod) {
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        pod.setSpec(node == null ? null : new PodSpecBuilder().withNodeName(node).build());
    }

    /// Keeps only the name and labels of a namespace.
    private static void labelsAlone(Namespace namespace) {
        namespace.setSpec(null);
        namespace.setStatus(null);
        namespace.getMetadata().setAnnotations(null);
    }

    /// Starts all informers and waits until each has its first list.
    void start() {
        always.forEach(CachedKind::start);
        // Filling volumes does not wait for the kinds of the node cache.
        nodeCache.forEach(CachedKind::start);
        always.forEach(CachedKind::await);
    }

    /// Starts the kinds that have appeared in the cluster since.
    void startOptional() {
        if (!ossPopulators.started()
                && served(SourceKind.OSS_VOLUME_POPULATOR.apiVersion(), "OSSVolumePopulator")) {
            ossPopulators.start();
            ossPopulators.await();
        }
        if (!grants.started()
                && served(GRANTS.getGroup() + "/" + GRANTS.getVersion(), GRANTS.getKind())) {
            grants.start();
            grants.await();
        }
    }

    private boolean served(String groupVersion, String kind) {
        var resources = client.getApiResources(groupVersion);
        return resources != null
                && resources.getResources().stream().anyMatch(r -> kind.equals(r.getKind()));
    }

    /// Whether all informers of kinds that each cluster has hold their first list and a watch.
    boolean synced() {
        return always.stream().allMatch(CachedKind::synced);
    }

    /// The PVC with that UID, ours or not.
    public Optional<PersistentVolumeClaim> claimByUid(String uid) {
        return claims.byIndex(Index.UID, uid).stream().findFirst();
    }

    /// The pods of a run, read from the API server. Without a resource version a list is never older than earlier
    /// writes.
    List<Pod> podsNow(String namespace, String uid) {
        return client.pods()
                .inNamespace(namespace)
                .withLabel(Names.LABEL_MANAGED_BY, Names.MANAGED_BY)
                .withLabel(Names.LABEL_UID, uid)
                .list()
                .getItems();
    }

    /// A run's record, read from the API server. By a list, which the controller's role allows, unlike get.
    Optional<VolumePopulation> runNow(String namespace, String name) {
        return client
                .resources(VolumePopulation.class)
                .inNamespace(namespace)
                .withField("metadata.name", name)
                .list()
                .getItems()
                .stream()
                .findFirst();
    }

    @Override
    public void close() {
        always.forEach(CachedKind::close);
        nodeCache.forEach(CachedKind::close);
        ossPopulators.close();
        grants.close();
    }
}
