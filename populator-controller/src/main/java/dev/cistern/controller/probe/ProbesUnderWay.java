package dev.cistern.controller.probe;

import dev.cistern.controller.cluster.References;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/// Counts the probes that run: those that the cache shows, and those that were just made and that it does not show yet.
///
/// Used by one worker. After a restart the cache has all of them.
final class ProbesUnderWay {
    /// A watch that is further behind has been lost.
    private static final long KEEP_NANOS = 20_000_000_000L;

    private final LongSupplier nanos;

    /// By the Job's name.
    private final Map<String, Made> made = new HashMap<>();

    private record Made(String backendUid, long atNanos) {}

    /// @param nanos a clock that only moves forward
    ProbesUnderWay(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Notes a Job that was made.
    void made(String backendUid, String name) {
        made.put(name, new Made(backendUid, nanos.getAsLong()));
    }

    /// How many run besides those of one backend.
    ///
    /// @param cached probes' Jobs, ended ones included
    int besides(String backendUid, List<Job> cached) {
        long now = nanos.getAsLong();
        Set<String> backends = new HashSet<>();
        for (Job job : cached) {
            made.remove(job.getMetadata().getName());
            if (runs(job)) {
                References.probeOf(job).ifPresent(backends::add);
            }
        }
        made.values().removeIf(one -> now - one.atNanos > KEEP_NANOS);
        made.values().forEach(one -> backends.add(one.backendUid));
        backends.remove(backendUid);
        return backends.size();
    }

    private static boolean runs(Job job) {
        boolean ended =
                job.getStatus() != null
                        && job.getStatus().getConditions() != null
                        && job.getStatus().getConditions().stream()
                                .anyMatch(
                                        c ->
                                                "True".equals(c.getStatus())
                                                        && ("Complete".equals(c.getType())
                                                                || "Failed".equals(c.getType())));
        return !ended && job.getMetadata().getDeletionTimestamp() == null;
    }
}
