package dev.cistern.controller.observe;

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
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What is watched, what is kept of it, and how it is found again.
///
/// Kinds that a cluster may not have (`OSSVolumePopulator`, `ReferenceGrant`) are joined when they appear.
final class WatchedKinds implements AutoCloseable {
    private static final ResourceDefinitionContext GRANTS =
            new ResourceDefinitionContext.Builder()
                    .withGroup("gateway.networking.k8s.io")
                    .withVersion("v1beta1")
                    .withKind("ReferenceGrant")
                    .withPlural("referencegrants")
                    .withNamespaced(true)
                    .build();

    final Kind<PersistentVolumeClaim> claims;
    final Kind<PersistentVolume> volumes;
    final Kind<StorageClass> classes;
    final Kind<Job> jobs;
    final Kind<Pod> pods;
    final Kind<VolumePopulation> runs;
    final Kind<ObjectVolumePopulator> objectPopulators;
    final Kind<Dataset> datasets;
    final Kind<StorageBackend> backends;
    final Kind<DatasetClaim> datasetClaims;
    final Kind<NodeDataset> nodeDatasets;
    final Kind<RefreshDataset> refreshDatasets;

    private final KubernetesClient client;
    private final Kind.Maker make;
    private final List<Kind<?>> always;
    private volatile @Nullable Kind<OSSVolumePopulator> ossPopulators;
    private volatile @Nullable Kind<GenericKubernetesResource> grants;

    /// Kinds that are not watched yet.
    WatchedKinds(KubernetesClient client) {
        this.client = client;
        this.make = new Kind.Maker(client);
        claims =
                make.kind(
                        PersistentVolumeClaim.class,
                        client.persistentVolumeClaims().inAnyNamespace().runnableInformer(0),
                        _ -> {},
                        Map.of(
                                Index.UID, Index::uid,
                                Index.SOURCE, Index::waitingForSource,
                                Index.CLASS, Index::waitingForClass,
                                Index.RUN, Index::runLabel));
        volumes =
                make.kind(
                        PersistentVolume.class,
                        client.persistentVolumes().runnableInformer(0),
                        _ -> {},
                        Map.of(Index.CLAIM, Index::claimOfVolume));
        classes =
                make.kind(
                        StorageClass.class,
                        client.storage().v1().storageClasses().runnableInformer(0),
                        _ -> {},
                        Map.of());
        jobs =
                make.kind(
                        Job.class,
                        client.batch()
                                .v1()
                                .jobs()
                                .inAnyNamespace()
                                .withLabel(Names.LABEL_MANAGED_BY, Names.MANAGED_BY)
                                .runnableInformer(0),
                        job -> job.setSpec(null),
                        Map.of(Index.RUN, Index::runLabel));
        pods =
                make.kind(
                        Pod.class,
                        client.pods()
                                .inAnyNamespace()
                                .withLabel(Names.LABEL_MANAGED_BY, Names.MANAGED_BY)
                                .runnableInformer(0),
                        WatchedKinds::withoutSpec,
                        Map.of(Index.RUN, Index::runLabel));
        runs =
                make.kind(
                        VolumePopulation.class,
                        client.resources(VolumePopulation.class)
                                .inAnyNamespace()
                                .runnableInformer(0),
                        _ -> {},
                        Map.of(
                                Index.SOURCE, Index::sourceOfRun,
                                Index.BACKEND, Index::backendsOfRun,
                                Index.BACKEND_UNDER_WAY, Index::backendsOfRunUnderWay,
                                Index.UNDER_WAY, Index::sourceOfRunUnderWay,
                                Index.RUN, Index::pvcOfRun,
                                Index.PHASE, Index::phaseOfRun));
        objectPopulators =
                make.kind(
                        ObjectVolumePopulator.class,
                        client.resources(ObjectVolumePopulator.class)
                                .inAnyNamespace()
                                .runnableInformer(0),
                        _ -> {},
                        Map.of(Index.BACKEND, Index::backendsOfPopulator));
        datasets =
                make.kind(
                        Dataset.class,
                        client.resources(Dataset.class).runnableInformer(0),
                        _ -> {},
                        Map.of(Index.BACKEND, Index::backendOfDataset));
        backends =
                make.kind(
                        StorageBackend.class,
                        client.resources(StorageBackend.class).runnableInformer(0),
                        _ -> {},
                        Map.of());
        datasetClaims =
                make.kind(
                        DatasetClaim.class,
                        client.resources(DatasetClaim.class).inAnyNamespace().runnableInformer(0),
                        _ -> {},
                        Map.of());
        nodeDatasets =
                make.kind(
                        NodeDataset.class,
                        client.resources(NodeDataset.class).runnableInformer(0),
                        _ -> {},
                        Map.of());
        refreshDatasets =
                make.kind(
                        RefreshDataset.class,
                        client.resources(RefreshDataset.class).runnableInformer(0),
                        _ -> {},
                        Map.of());
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
                        backends);
    }

    /// Of what a pod is to be, only where it is.
    private static void withoutSpec(Pod pod) {
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        pod.setSpec(node == null ? null : new PodSpecBuilder().withNodeName(node).build());
    }

    /// Starts all informers and waits until each has its first list.
    void start() {
        always.forEach(Kind::start);
        // Filling volumes does not wait for the kinds of the node cache.
        Stream.of(datasetClaims, nodeDatasets, refreshDatasets).forEach(Kind::start);
        always.forEach(Kind::await);
    }

    /// Starts informers for kinds that have appeared in the cluster since, and has all of their objects looked at.
    void joinOptional(Changes changes) {
        if (ossPopulators == null
                && served(SourceKind.OSS_VOLUME_POPULATOR.apiVersion(), "OSSVolumePopulator")) {
            Kind<OSSVolumePopulator> kind =
                    make.kind(
                            OSSVolumePopulator.class,
                            client.resources(OSSVolumePopulator.class)
                                    .inAnyNamespace()
                                    .runnableInformer(0),
                            _ -> {},
                            Map.of());
            kind.onSpecChange(changes::ossPopulatorChanged);
            kind.start();
            kind.await();
            ossPopulators = kind;
            kind.list().forEach(changes::ossPopulatorChanged);
        }
        if (grants == null && served("gateway.networking.k8s.io/v1beta1", "ReferenceGrant")) {
            Kind<GenericKubernetesResource> kind =
                    make.kind(
                            GenericKubernetesResource.class,
                            client.genericKubernetesResources(GRANTS)
                                    .inAnyNamespace()
                                    .runnableInformer(0),
                            _ -> {},
                            Map.of());
            kind.onChange(changes::grantChanged);
            kind.start();
            kind.await();
            grants = kind;
            kind.list().forEach(changes::grantChanged);
        }
    }

    private boolean served(String groupVersion, String kind) {
        var resources = client.getApiResources(groupVersion);
        return resources != null
                && resources.getResources().stream().anyMatch(r -> kind.equals(r.getKind()));
    }

    /// Whether all informers of kinds that each cluster has hold their first list and a watch.
    boolean synced() {
        return always.stream().allMatch(Kind::synced);
    }

    /// The PVC with that UID, ours or not.
    Optional<PersistentVolumeClaim> claimByUid(String uid) {
        return claims.byIndex(Index.UID, uid).stream().findFirst();
    }

    /// The pods of a run as the API server has them now. Without a resource version a list is never older than what was written
    /// before it.
    List<Pod> podsNow(String namespace, String uid) {
        return client.pods()
                .inNamespace(namespace)
                .withLabel(Names.LABEL_MANAGED_BY, Names.MANAGED_BY)
                .withLabel(Names.LABEL_UID, uid)
                .list()
                .getItems();
    }

    /// A run's record as the API server has it now. By a list, which the controller may do, and not a get.
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

    /// Empty while the cluster does not have that kind.
    Optional<Kind<OSSVolumePopulator>> ossPopulators() {
        return Optional.ofNullable(ossPopulators);
    }

    /// Empty while the cluster does not have that kind.
    Optional<Kind<GenericKubernetesResource>> grants() {
        return Optional.ofNullable(grants);
    }

    @Override
    public void close() {
        always.forEach(Kind::close);
        Stream.of(datasetClaims, nodeDatasets, refreshDatasets).forEach(Kind::close);
        ossPopulators().ifPresent(Kind::close);
        grants().ifPresent(Kind::close);
    }
}
