package dev.cistern.controller.population.progress;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.cluster.ClusterCache;
import dev.cistern.controller.model.Names;
import dev.cistern.populate.wire.ReportKey;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
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
        String name = Names.job(uid, attempt);
        return informers.jobs(uid).stream()
                .filter(job -> job.getMetadata().getName().equals(name))
                .findFirst()
                .flatMap(job -> Optional.ofNullable(key(job)));
    }

    private static @Nullable String key(Job job) {
        Map<String, String> annotations = job.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(ReportKey.ANNOTATION);
    }

    @Override
    public boolean known(String uid) {
        return informers.runByUid(uid).isPresent();
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
