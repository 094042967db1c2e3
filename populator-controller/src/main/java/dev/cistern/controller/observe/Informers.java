package dev.cistern.controller.observe;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.Phase;
import dev.cistern.controller.model.SourceKind;
import dev.cistern.controller.model.SourceRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The view of the cluster that informers keep, and the changes they see.
///
/// All look-ups go to an index; nothing here lists a kind to search it. Kinds that a cluster may not have
/// (`OSSVolumePopulator`, `ReferenceGrant`) are joined when they appear, see [#joinOptionalKinds].
public final class Informers implements ClusterView, AutoCloseable {
    private static final ResourceDefinitionContext GRANTS =
            new ResourceDefinitionContext.Builder()
                    .withGroup("gateway.networking.k8s.io")
                    .withVersion("v1beta1")
                    .withKind("ReferenceGrant")
                    .withPlural("referencegrants")
                    .withNamespaced(true)
                    .build();

    private final KubernetesClient client;
    private final ProvisionerEvents provisioner;
    private volatile Consumer<ClaimKey> changed = _ -> {};
    private volatile Consumer<SourceRef> sourceChanged = _ -> {};

    private final Kind<PersistentVolumeClaim> claims;
    private final Kind<PersistentVolume> volumes;
    private final Kind<StorageClass> classes;
    private final Kind<Job> jobs;
    private final Kind<Pod> pods;
    private final Kind<VolumePopulation> runs;
    private final Kind<ObjectVolumePopulator> objectPopulators;
    private final Kind<Dataset> datasets;
    private final Kind<StorageBackend> backends;
    private volatile @Nullable Kind<OSSVolumePopulator> ossPopulators;
    private volatile @Nullable Kind<GenericKubernetesResource> grants;

    /// Informers that are not started yet.
    public Informers(KubernetesClient client, ProvisionerEvents provisioner) {
        this.client = client;
        this.provisioner = provisioner;
        Kind.Maker make = new Kind.Maker(client);
        claims =
                make.kind(
                        PersistentVolumeClaim.class,
                        client.persistentVolumeClaims().inAnyNamespace().runnableInformer(0),
                        _ -> {},
                        Map.of(
                                Index.UID, Index::uid,
                                Index.SOURCE, Index::waitingForSource,
                                Index.CLASS, Index::waitingForClass,
                                Index.RUN, Index::runLabel),
                        this::claimChanged);
        volumes =
                make.kind(
                        PersistentVolume.class,
                        client.persistentVolumes().runnableInformer(0),
                        _ -> {},
                        Map.of(Index.CLAIM, Index::claimOfVolume),
                        this::volumeChanged);
        classes =
                make.kind(
                        StorageClass.class,
                        client.storage().v1().storageClasses().runnableInformer(0),
                        _ -> {},
                        Map.of(),
                        c -> wake(Index.CLASS, c.getMetadata().getName()));
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
                        Map.of(Index.RUN, Index::runLabel),
                        this::childChanged);
        pods =
                make.kind(
                        Pod.class,
                        client.pods()
                                .inAnyNamespace()
                                .withLabel(Names.LABEL_MANAGED_BY, Names.MANAGED_BY)
                                .runnableInformer(0),
                        pod -> pod.setSpec(null),
                        Map.of(Index.RUN, Index::runLabel),
                        this::childChanged);
        runs =
                make.kind(
                        VolumePopulation.class,
                        client.resources(VolumePopulation.class)
                                .inAnyNamespace()
                                .runnableInformer(0),
                        _ -> {},
                        Map.of(Index.SOURCE, Index::sourceOfRun, Index.RUN, Index::pvcOfRun),
                        this::runChanged);
        objectPopulators =
                make.kind(
                        ObjectVolumePopulator.class,
                        client.resources(ObjectVolumePopulator.class)
                                .inAnyNamespace()
                                .runnableInformer(0),
                        _ -> {},
                        Map.of(Index.BACKEND, Index::backendsOfPopulator),
                        p -> sourceChanged(SourceKind.OBJECT_VOLUME_POPULATOR, p));
        datasets =
                make.kind(
                        Dataset.class,
                        client.resources(Dataset.class).runnableInformer(0),
                        _ -> {},
                        Map.of(Index.BACKEND, Index::backendOfDataset),
                        d -> sourceChanged(SourceKind.DATASET, d));
        backends =
                make.kind(
                        StorageBackend.class,
                        client.resources(StorageBackend.class).runnableInformer(0),
                        _ -> {},
                        Map.of(),
                        this::backendChanged);
    }

    /// Starts all informers and waits until each has its first list.
    ///
    /// @param changed told about each PVC that may need a look
    /// @param sourceChanged told about each object named by PVCs whose own status may be out of date
    public void start(Consumer<ClaimKey> changed, Consumer<SourceRef> sourceChanged) {
        this.changed = changed;
        this.sourceChanged = sourceChanged;
        List<Kind<?>> all =
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
        all.forEach(Kind::start);
        all.forEach(Kind::await);
        joinOptionalKinds();
    }

    /// Starts informers for kinds that have appeared in the cluster since. To be called now and then.
    public void joinOptionalKinds() {
        Kind.Maker make = new Kind.Maker(client);
        if (ossPopulators == null
                && served(SourceKind.OSS_VOLUME_POPULATOR.apiVersion(), "OSSVolumePopulator")) {
            Kind<OSSVolumePopulator> kind =
                    make.kind(
                            OSSVolumePopulator.class,
                            client.resources(OSSVolumePopulator.class)
                                    .inAnyNamespace()
                                    .runnableInformer(0),
                            _ -> {},
                            Map.of(),
                            p -> sourceChanged(SourceKind.OSS_VOLUME_POPULATOR, p));
            kind.start();
            kind.await();
            ossPopulators = kind;
            kind.list().forEach(p -> sourceChanged(SourceKind.OSS_VOLUME_POPULATOR, p));
        }
        if (grants == null && served("gateway.networking.k8s.io/v1beta1", "ReferenceGrant")) {
            Kind<GenericKubernetesResource> kind =
                    make.kind(
                            GenericKubernetesResource.class,
                            client.genericKubernetesResources(GRANTS)
                                    .inAnyNamespace()
                                    .runnableInformer(0),
                            _ -> {},
                            Map.of(Index.NAMESPACE, Index::namespace),
                            this::grantChanged);
            kind.start();
            kind.await();
            grants = kind;
            kind.list().forEach(this::grantChanged);
        }
    }

    private boolean served(String groupVersion, String kind) {
        var resources = client.getApiResources(groupVersion);
        return resources != null
                && resources.getResources().stream().anyMatch(r -> kind.equals(r.getKind()));
    }

    /// Whether all informers have their first list and a watch.
    public boolean synced() {
        return claims.synced()
                && volumes.synced()
                && classes.synced()
                && jobs.synced()
                && pods.synced()
                && runs.synced()
                && objectPopulators.synced()
                && datasets.synced()
                && backends.synced();
    }

    /// Asks for a look at every PVC that names one of our kinds, and at whatever lies around of PVCs that are gone.
    public void lookAtAll() {
        claims.list().forEach(this::claimChanged);
        jobs.list().forEach(this::childChanged);
        for (VolumePopulation run : runs.list()) {
            sourceChanged.accept(Index.source(run));
        }
    }

    /// Notes a write, so that the next look sees it.
    public Overlay<PersistentVolumeClaim> writtenClaims() {
        return claims.overlay();
    }

    /// Notes a write, so that the next look sees it.
    public Overlay<PersistentVolume> writtenVolumes() {
        return volumes.overlay();
    }

    /// Notes a write, so that the next look sees it.
    public Overlay<Job> writtenJobs() {
        return jobs.overlay();
    }

    /// Notes a write, so that the next look sees it.
    public Overlay<VolumePopulation> writtenRuns() {
        return runs.overlay();
    }

    /// The PVC with that UID, ours or not.
    public Optional<PersistentVolumeClaim> claimByUid(String uid) {
        return claims.byIndex(Index.UID, uid).stream().findFirst();
    }

    /// Primes of the PVC with that UID.
    public List<PersistentVolumeClaim> primes(String uid) {
        return claims.byIndex(Index.RUN, uid);
    }

    /// Runs of the PVCs that name a source.
    public List<VolumePopulation> runsOf(SourceRef source) {
        return runs.byIndex(Index.SOURCE, source.indexKey());
    }

    /// PVCs that name a source and are not bound.
    public List<PersistentVolumeClaim> waitingFor(SourceRef source) {
        return claims.byIndex(Index.SOURCE, source.indexKey());
    }

    /// The run of the PVC with that UID.
    public Optional<VolumePopulation> runByUid(String uid) {
        return runs.byIndex(Index.RUN, uid).stream().findFirst();
    }

    /// The namespace of the run of the PVC with that UID.
    public Optional<String> namespaceOfRun(String uid) {
        return runByUid(uid).map(run -> run.getMetadata().getNamespace());
    }

    /// How many runs are in a phase.
    public int runsIn(Phase phase) {
        return (int)
                runs.list().stream()
                        .filter(
                                run ->
                                        run.getStatus() != null
                                                && run.getStatus().getPhase() != null
                                                && run.getStatus()
                                                        .getPhase()
                                                        .getValue()
                                                        .equals(phase.text()))
                        .count();
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
        return claims.get(namespace, name);
    }

    @Override
    public Optional<StorageClass> storageClass(String name) {
        return classes.get(null, name);
    }

    @Override
    public Optional<PersistentVolume> volume(String name) {
        return volumes.get(null, name);
    }

    @Override
    public List<PersistentVolume> volumesOfClaim(String uid) {
        return volumes.byIndex(Index.CLAIM, uid);
    }

    @Override
    public List<Job> jobs(String uid) {
        List<Job> found = new ArrayList<>(jobs.byIndex(Index.RUN, uid));
        jobs.overlay()
                .pendingOf(uid)
                .filter(job -> found.stream().noneMatch(f -> sameName(f, job)))
                .ifPresent(found::add);
        return found;
    }

    private static boolean sameName(HasMetadata one, HasMetadata other) {
        return one.getMetadata().getName().equals(other.getMetadata().getName());
    }

    @Override
    public List<Pod> pods(String uid) {
        return pods.byIndex(Index.RUN, uid);
    }

    @Override
    public Optional<VolumePopulation> run(String namespace, String name) {
        return runs.get(namespace, name);
    }

    @Override
    public Optional<ObjectVolumePopulator> objectPopulator(String namespace, String name) {
        return objectPopulators.get(namespace, name);
    }

    @Override
    public Optional<OSSVolumePopulator> ossPopulator(String namespace, String name) {
        Kind<OSSVolumePopulator> kind = ossPopulators;
        return kind == null ? Optional.empty() : kind.get(namespace, name);
    }

    @Override
    public Optional<Dataset> dataset(String name) {
        return datasets.get(null, name);
    }

    @Override
    public Optional<StorageBackend> backend(String name) {
        return backends.get(null, name);
    }

    @Override
    public List<GenericKubernetesResource> grants(String namespace) {
        Kind<GenericKubernetesResource> kind = grants;
        return kind == null ? List.of() : kind.byIndex(Index.NAMESPACE, namespace);
    }

    @Override
    public Optional<String> provisionerMessage(String namespace, String name, String uid) {
        return provisioner.newest(namespace, name, uid);
    }

    // ---- who is to be looked at when something changes

    private void claimChanged(PersistentVolumeClaim claim) {
        if (Claims.source(claim).isPresent()) {
            changed.accept(
                    new ClaimKey(
                            claim.getMetadata().getNamespace(),
                            claim.getMetadata().getName(),
                            claim.getMetadata().getUid()));
        } else {
            childChanged(claim);
        }
    }

    /// A prime, a Job or a pod: its labels say whose.
    private void childChanged(HasMetadata child) {
        String uid = Index.label(child, Names.LABEL_UID);
        if (uid != null && Names.MANAGED_BY.equals(Index.label(child, Names.LABEL_MANAGED_BY))) {
            changedByUid(uid);
        }
    }

    private void changedByUid(String uid) {
        // The name is only for look-ups; one that was cut to fit a label is found by its UID.
        changed.accept(
                claimByUid(uid)
                        .map(
                                c ->
                                        new ClaimKey(
                                                c.getMetadata().getNamespace(),
                                                c.getMetadata().getName(),
                                                uid))
                        .orElseGet(() -> new ClaimKey("", "", uid)));
    }

    private void volumeChanged(PersistentVolume volume) {
        Index.claimOfVolume(volume).forEach(uid -> claimByUid(uid).ifPresent(this::claimChanged));
    }

    private void runChanged(VolumePopulation run) {
        changedByUid(run.getSpec().getPvc().getUid());
        sourceChanged.accept(Index.source(run));
    }

    private void sourceChanged(SourceKind kind, HasMetadata source) {
        SourceRef ref =
                new SourceRef(
                        kind,
                        kind.namespaced() ? source.getMetadata().getNamespace() : null,
                        source.getMetadata().getName());
        wake(Index.SOURCE, ref.indexKey());
        sourceChanged.accept(ref);
    }

    private void backendChanged(StorageBackend backend) {
        String name = backend.getMetadata().getName();
        objectPopulators
                .byIndex(Index.BACKEND, name)
                .forEach(p -> sourceChanged(SourceKind.OBJECT_VOLUME_POPULATOR, p));
        datasets.byIndex(Index.BACKEND, name).forEach(d -> sourceChanged(SourceKind.DATASET, d));
    }

    private void grantChanged(GenericKubernetesResource grant) {
        // Rare: every waiting PVC whose source is in the grant's namespace.
        String namespace = grant.getMetadata().getNamespace();
        for (ObjectVolumePopulator p : objectPopulators.byIndex(Index.NAMESPACE, namespace)) {
            sourceChanged(SourceKind.OBJECT_VOLUME_POPULATOR, p);
        }
        Kind<OSSVolumePopulator> oss = ossPopulators;
        if (oss != null) {
            oss.byIndex(Index.NAMESPACE, namespace)
                    .forEach(p -> sourceChanged(SourceKind.OSS_VOLUME_POPULATOR, p));
        }
    }

    private void wake(String index, String value) {
        claims.byIndex(index, value).forEach(this::claimChanged);
    }

    @Override
    public void close() {
        for (Kind<?> kind :
                List.of(
                        claims,
                        volumes,
                        classes,
                        jobs,
                        pods,
                        runs,
                        objectPopulators,
                        datasets,
                        backends)) {
            kind.close();
        }
        Kind<?> oss = ossPopulators;
        if (oss != null) {
            oss.close();
        }
        Kind<?> grantKind = grants;
        if (grantKind != null) {
            grantKind.close();
        }
    }
}
