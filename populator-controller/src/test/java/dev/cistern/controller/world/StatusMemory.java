package dev.cistern.controller.world;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.cluster.References;
import dev.cistern.controller.cluster.StatusLookups;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.model.Subject;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The inputs of statuses, from objects in memory.
public record StatusMemory(MemoryView view) implements StatusLookups {
    @Override
    public Optional<HasMetadata> object(Subject subject) {
        return view.all().stream()
                .filter(o -> o.getKind().equals(subject.kind().kind()))
                .filter(o -> o.getMetadata().getName().equals(subject.name()))
                .filter(o -> Objects.equals(o.getMetadata().getNamespace(), subject.namespace()))
                .findFirst();
    }

    @Override
    public List<VolumePopulation> runsOf(Subject subject) {
        return view.list(VolumePopulation.class).stream()
                .filter(run -> concerns(run, subject))
                .toList();
    }

    private static boolean concerns(VolumePopulation run, Subject subject) {
        if (subject.kind() == Subject.Kind.STORAGE_BACKEND) {
            return run.getSpec().getSources().stream()
                    .anyMatch(source -> subject.name().equals(source.getBackendName()));
        }
        return run.getSpec().getSource().getKind().equals(subject.kind().kind())
                && run.getSpec().getSource().getName().equals(subject.name())
                && Objects.equals(run.getSpec().getSource().getNamespace(), subject.namespace());
    }

    @Override
    public int runsUnderWay(Subject subject) {
        return (int)
                runsOf(subject).stream()
                        .filter(run -> run.getStatus() == null || !settled(run))
                        .count();
    }

    private static boolean settled(VolumePopulation run) {
        return RunPhase.of(run.getStatus().getPhase().getValue()).settled();
    }

    @Override
    public List<PersistentVolumeClaim> waitingFor(Subject subject) {
        return view.list(PersistentVolumeClaim.class).stream()
                .filter(
                        claim ->
                                References.source(claim)
                                        .flatMap(Subject::of)
                                        .equals(Optional.of(subject)))
                .filter(claim -> !"Bound".equals(claim.getStatus().getPhase()))
                .toList();
    }
}
