package dev.cistern.controller.population.progress;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.cluster.ClusterCache;
import dev.cistern.controller.model.Names;
import dev.cistern.populate.wire.ReportKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Looks up runs that report, in the caches.
public final class CachedRuns implements ReportVerifier.RunLookup {
    private final ClusterCache informers;

    /// Runs of a cache.
    public CachedRuns(ClusterCache informers) {
        this.informers = informers;
    }

    @Override
    public Optional<String> reportKey(String uid, int attempt) {
        return informers
                .runByUid(uid)
                .map(run -> run.getSpec().getPrimeNamespace())
                .flatMap(namespace -> key(informers.jobs(uid), namespace, Names.job(uid, attempt)));
    }

    /// The key of the Job of that name in the run's own namespace: a Job in another one could be anyone's, and so its
    /// key.
    static Optional<String> key(List<Job> jobs, String namespace, String name) {
        return jobs.stream()
                .filter(job -> job.getMetadata().getName().equals(name))
                .filter(job -> namespace.equals(job.getMetadata().getNamespace()))
                .findFirst()
                .flatMap(job -> Optional.ofNullable(key(job)));
    }

    private static @Nullable String key(Job job) {
        Map<String, String> annotations = job.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(ReportKey.ANNOTATION);
    }

    @Override
    public Optional<ReportedRun> run(String uid) {
        return informers
                .runByUid(uid)
                .map(HasMetadata::getMetadata)
                .map(meta -> new ReportedRun(meta.getNamespace(), meta.getUid()));
    }

    @Override
    public boolean over(String uid) {
        return informers
                .runByUid(uid)
                .map(VolumePopulation::getStatus)
                .filter(status -> status.getPhase() != null)
                .filter(
                        status ->
                                switch (status.getPhase()) {
                                    case SUCCEEDED, FAILED -> true;
                                    case PENDING, PROVISIONING, POPULATING, BINDING -> false;
                                })
                .isPresent();
    }
}
