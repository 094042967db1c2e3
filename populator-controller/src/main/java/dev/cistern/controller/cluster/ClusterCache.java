package dev.cistern.controller.cluster;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.model.Subject;
import dev.cistern.controller.model.WarningEvent;
import dev.cistern.controller.runtime.CachedKind;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The informers' view of the cluster, including the controller's own latest writes.
///
/// All look-ups use an index; nothing here searches a list. What is watched is in [WatchedKinds]; controllers choose
/// which keys to reconcile when it changes.
public final class ClusterCache implements ClusterView, StatusLookups, ProbeLookups, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterCache.class);

    private final AtomicBoolean starting = new AtomicBoolean();
    private final WatchedKinds kinds;
    private final WarningEvents warnings;
    private final StorageCapacities capacities;

    /// Informers that are not started yet.
    public ClusterCache(
            KubernetesClient client, WarningEvents warnings, StorageCapacities capacities) {
        this.kinds = new WatchedKinds(client);
        this.warnings = warnings;
        this.capacities = capacities;
    }

    /// The kinds, for subscribing to changes and recording writes.
    public WatchedKinds kinds() {
        return kinds;
    }

    /// Starts all informers and waits until each has its first list. Subscriptions have to be made before.
    public void start() {
        kinds.start();
        kinds.startOptional();
    }

    /// Starts informers for kinds that have appeared in the cluster since. To be called periodically; does nothing
    /// while an earlier call still waits for its lists.
    public void startOptionalKinds() {
        if (!starting.compareAndSet(false, true)) {
            return;
        }
        try {
            kinds.startOptional();
        } catch (KubernetesClientException e) {
            LOG.atWarn().setCause(e).log("optional kinds could not be looked for; trying again");
        } finally {
            starting.set(false);
        }
    }

    /// Whether all informers have their first list and a watch.
    public boolean synced() {
        return kinds.synced();
    }

    /// The PVC with that UID, ours or not.
    public Optional<PersistentVolumeClaim> claimByUid(String uid) {
        return kinds.claimByUid(uid);
    }

    /// Primes of the PVC with that UID.
    public List<PersistentVolumeClaim> primes(String uid) {
        return kinds.claims.byIndex(Index.RUN, uid);
    }

    @Override
    public Optional<? extends HasMetadata> object(Subject subject) {
        String name = subject.name();
        return switch (subject.kind()) {
            case OBJECT_VOLUME_POPULATOR, OSS_VOLUME_POPULATOR, DATASET ->
                    subject.source().flatMap(this::source);
            case STORAGE_BACKEND -> backend(name);
            case DATASET_CLAIM -> kinds.datasetClaims.get(subject.namespace(), name);
            case NODE_DATASET -> kinds.nodeDatasets.get(null, name);
            case REFRESH_DATASET -> kinds.refreshDatasets.get(null, name);
        };
    }

    @Override
    public List<VolumePopulation> runsOf(Subject subject) {
        return runs(subject, Index.SOURCE, Index.BACKEND);
    }

    @Override
    public int runsUnderWay(Subject subject) {
        return runs(subject, Index.UNDER_WAY, Index.BACKEND_UNDER_WAY).size();
    }

    private List<VolumePopulation> runs(Subject subject, String bySource, String byBackend) {
        if (subject.kind() == Subject.Kind.STORAGE_BACKEND) {
            return kinds.runs.byIndex(byBackend, subject.name());
        }
        return subject.source()
                .map(source -> kinds.runs.byIndex(bySource, source.indexKey()))
                .orElse(List.of());
    }

    @Override
    public List<PersistentVolumeClaim> waitingFor(Subject subject) {
        return subject.source()
                .map(source -> kinds.claims.byIndex(Index.SOURCE, source.indexKey()))
                .orElse(List.of());
    }

    /// The run of the PVC with that UID.
    public Optional<VolumePopulation> runByUid(String uid) {
        return kinds.runs.byIndex(Index.RUN, uid).stream().findFirst();
    }

    /// The runs that are in a phase.
    public List<VolumePopulation> runs(RunPhase phase) {
        return kinds.runs.byIndex(Index.PHASE, phase.text());
    }

    /// How many runs are in a phase.
    public int runsIn(RunPhase phase) {
        return kinds.runs.byIndex(Index.PHASE, phase.text()).size();
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
        return kinds.claims.get(namespace, name);
    }

    @Override
    public Optional<StorageClass> storageClass(String name) {
        return kinds.classes.get(null, name);
    }

    @Override
    public Optional<PersistentVolume> volume(String name) {
        return kinds.volumes.get(null, name);
    }

    @Override
    public List<PersistentVolume> volumesOfClaim(String uid) {
        return kinds.volumes.byIndex(Index.CLAIM, uid);
    }

    @Override
    public List<Job> jobs(String uid) {
        List<Job> found = new ArrayList<>(kinds.jobs.byIndex(Index.RUN, uid));
        kinds.jobs
                .overlay()
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
        return kinds.pods.byIndex(Index.RUN, uid);
    }

    @Override
    public List<Pod> podsNow(String namespace, String uid) {
        return kinds.podsNow(namespace, uid);
    }

    @Override
    public Optional<VolumePopulation> run(String namespace, String name) {
        return kinds.runs.get(namespace, name);
    }

    @Override
    public Optional<VolumePopulation> runNow(String namespace, String name) {
        return kinds.runNow(namespace, name);
    }

    @Override
    public Optional<ObjectVolumePopulator> objectPopulator(String namespace, String name) {
        return kinds.objectPopulators.get(namespace, name);
    }

    @Override
    public Optional<OSSVolumePopulator> ossPopulator(String namespace, String name) {
        return kinds.ossPopulators.get(namespace, name);
    }

    @Override
    public Optional<Dataset> dataset(String name) {
        return kinds.datasets.get(null, name);
    }

    @Override
    public Optional<StorageBackend> backend(String name) {
        return kinds.backends.get(null, name);
    }

    @Override
    public Optional<Namespace> namespace(String name) {
        return kinds.namespaces.get(null, name);
    }

    @Override
    public List<GenericKubernetesResource> grants(String namespace) {
        return kinds.grants.byIndex(CachedKind.NAMESPACE, namespace);
    }

    @Override
    public List<Job> probeJobs(String uid) {
        return kinds.jobs.byIndex(Index.PROBE, uid);
    }

    @Override
    public Optional<Job> job(String namespace, String name) {
        return kinds.jobs.get(namespace, name);
    }

    @Override
    public List<Pod> probePods(String uid) {
        return kinds.pods.byIndex(Index.PROBE, uid);
    }

    @Override
    public List<Job> allProbeJobs() {
        return kinds.jobs.byIndex(Index.PROBE, Index.EVERY_PROBE);
    }

    @Override
    public List<ObjectVolumePopulator> populatorsOf(String backend) {
        return kinds.objectPopulators.byIndex(Index.BACKEND, backend);
    }

    @Override
    public List<Dataset> datasetsOf(String backend) {
        return kinds.datasets.byIndex(Index.BACKEND, backend);
    }

    @Override
    public Optional<WarningEvent> warning(String namespace, String uid) {
        return warnings.newest(namespace, uid);
    }

    @Override
    public Optional<Long> largestVolume(String storageClass) {
        return capacities.of(storageClass);
    }

    @Override
    public void close() {
        kinds.close();
    }
}
