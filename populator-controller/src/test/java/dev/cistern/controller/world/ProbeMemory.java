package dev.cistern.controller.world;

import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.controller.cluster.ProbeLookups;
import dev.cistern.controller.cluster.References;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Optional;

/// What probes are planned from, looked up among objects in memory.
public record ProbeMemory(MemoryView view) implements ProbeLookups {
    @Override
    public List<Job> probeJobs(String uid) {
        return of(Job.class, uid);
    }

    @Override
    public Optional<Job> job(String namespace, String name) {
        return view.get(Job.class, namespace, name);
    }

    @Override
    public List<Pod> probePods(String uid) {
        return of(Pod.class, uid);
    }

    private <T extends HasMetadata> List<T> of(Class<T> type, String uid) {
        return view.list(type).stream()
                .filter(o -> References.probeOf(o).equals(Optional.of(uid)))
                .toList();
    }

    @Override
    public List<Job> allProbeJobs() {
        return view.list(Job.class).stream()
                .filter(job -> References.probeOf(job).isPresent())
                .toList();
    }

    @Override
    public List<ObjectVolumePopulator> populatorsOf(String backend) {
        return view.list(ObjectVolumePopulator.class).stream()
                .filter(
                        p ->
                                p.getSpec().getSources().stream()
                                        .anyMatch(
                                                s ->
                                                        s.getBackendRef() != null
                                                                && s.getBackendRef()
                                                                        .getName()
                                                                        .equals(backend)))
                .toList();
    }

    @Override
    public List<Dataset> datasetsOf(String backend) {
        return view.list(Dataset.class).stream()
                .filter(d -> d.getSpec().getSource().getStorageBackendRef().equals(backend))
                .toList();
    }
}
