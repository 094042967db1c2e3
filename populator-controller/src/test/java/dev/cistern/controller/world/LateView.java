package dev.cistern.controller.world;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.model.WarningEvent;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A view of delayed watches, each by some rounds: of pods completely, of Jobs only the status (their creation and
/// deletion by ourselves is known at once).
final class LateView implements ClusterView {
    private final MemoryView now;
    private final int podsLate;
    private final int jobsLate;
    private final List<List<Pod>> pods = new ArrayList<>();
    private final List<Map<String, JobStatus>> jobs = new ArrayList<>();

    LateView(MemoryView now, int podsLate, int jobsLate) {
        this.now = now;
        this.podsLate = podsLate;
        this.jobsLate = jobsLate;
    }

    /// Starts the next round.
    void round() {
        pods.add(now.list(Pod.class));
        Map<String, JobStatus> statuses = new HashMap<>();
        for (Job job : now.list(Job.class)) {
            if (job.getStatus() != null) {
                statuses.put(job.getMetadata().getUid(), job.getStatus());
            }
        }
        jobs.add(statuses);
    }

    @Override
    public List<Pod> pods(String uid) {
        int at = pods.size() - 1 - podsLate;
        return at < 0 ? List.of() : pods.get(at);
    }

    @Override
    public List<Job> jobs(String uid) {
        int at = jobs.size() - 1 - jobsLate;
        Map<String, JobStatus> then = at < 0 ? Map.of() : jobs.get(at);
        return now.jobs(uid).stream()
                .map(
                        job ->
                                new JobBuilder(job)
                                        .withStatus(then.get(job.getMetadata().getUid()))
                                        .build())
                .toList();
    }

    @Override
    public List<Pod> podsNow(String namespace, String uid) {
        return now.podsNow(namespace, uid);
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
        return now.claim(namespace, name);
    }

    @Override
    public Optional<StorageClass> storageClass(String name) {
        return now.storageClass(name);
    }

    @Override
    public Optional<PersistentVolume> volume(String name) {
        return now.volume(name);
    }

    @Override
    public List<PersistentVolume> volumesOfClaim(String uid) {
        return now.volumesOfClaim(uid);
    }

    @Override
    public Optional<VolumePopulation> run(String namespace, String name) {
        return now.run(namespace, name);
    }

    @Override
    public Optional<VolumePopulation> runNow(String namespace, String name) {
        return now.run(namespace, name);
    }

    @Override
    public Optional<ObjectVolumePopulator> objectPopulator(String namespace, String name) {
        return now.objectPopulator(namespace, name);
    }

    @Override
    public Optional<OSSVolumePopulator> ossPopulator(String namespace, String name) {
        return now.ossPopulator(namespace, name);
    }

    @Override
    public Optional<Dataset> dataset(String name) {
        return now.dataset(name);
    }

    @Override
    public Optional<StorageBackend> backend(String name) {
        return now.backend(name);
    }

    @Override
    public Optional<Namespace> namespace(String name) {
        return now.namespace(name);
    }

    @Override
    public List<GenericKubernetesResource> grants(String namespace) {
        return now.grants(namespace);
    }

    @Override
    public Optional<Long> largestVolume(String storageClass) {
        return now.largestVolume(storageClass);
    }

    @Override
    public Optional<WarningEvent> warning(String namespace, String uid) {
        return now.warning(namespace, uid);
    }
}
