package dev.cistern.controller.cluster;

import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.model.SourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.List;

/// Names of the informers' indexes, and how their values are computed.
public final class Index {
    /// By the object's own UID.
    public static final String UID = "uid";

    /// By the UID of the PVC whose run the object belongs to.
    public static final String RUN = "run";

    /// By the object that a PVC names, [SourceRef#indexKey].
    public static final String SOURCE = "source";

    /// PVCs that wait, by StorageClass; empty for those without one.
    public static final String CLASS = "class";

    /// PVs by the UID in their `claimRef`.
    public static final String CLAIM = "claim";

    /// Populators, datasets and runs by StorageBackend.
    public static final String BACKEND = "backend";

    /// Runs that are not over, by StorageBackend.
    public static final String BACKEND_UNDER_WAY = "backendUnderWay";

    /// Runs by phase; those without a status are not in it.
    public static final String PHASE = "phase";

    /// Runs that are not over, by the object that their PVC names.
    public static final String UNDER_WAY = "underWay";

    /// Probes' Jobs and pods by the UID of their StorageBackend, and all of them under [#EVERY_PROBE].
    public static final String PROBE = "probe";

    /// Not a UID.
    public static final String EVERY_PROBE = "*";

    private Index() {}

    static List<String> probe(HasMetadata child) {
        return References.probeOf(child).map(uid -> List.of(uid, EVERY_PROBE)).orElse(List.of());
    }

    static List<String> uid(HasMetadata object) {
        return List.of(object.getMetadata().getUid());
    }

    static List<String> run(HasMetadata child) {
        return References.runOf(child).map(List::of).orElse(List.of());
    }

    private static boolean waits(PersistentVolumeClaim claim) {
        return claim.getStatus() == null || !"Bound".equals(claim.getStatus().getPhase());
    }

    static List<String> waitingForSource(PersistentVolumeClaim claim) {
        return waits(claim)
                ? References.source(claim).map(SourceRef::indexKey).map(List::of).orElse(List.of())
                : List.of();
    }

    static List<String> waitingForClass(PersistentVolumeClaim claim) {
        String name = claim.getSpec().getStorageClassName();
        return waits(claim) && name != null && References.source(claim).isPresent()
                ? List.of(name)
                : List.of();
    }

    static List<String> claimOfVolume(PersistentVolume volume) {
        if (volume.getSpec() == null
                || volume.getSpec().getClaimRef() == null
                || volume.getSpec().getClaimRef().getUid() == null) {
            return List.of();
        }
        return List.of(volume.getSpec().getClaimRef().getUid());
    }

    static List<String> sourceOfRun(VolumePopulation run) {
        return List.of(References.source(run).indexKey());
    }

    static List<String> sourceOfRunUnderWay(VolumePopulation run) {
        return !References.begun(run)
                        || phaseOfRun(run).stream().anyMatch(phase -> RunPhase.of(phase).settled())
                ? List.of()
                : sourceOfRun(run);
    }

    static List<String> backendsOfRunUnderWay(VolumePopulation run) {
        return sourceOfRunUnderWay(run).isEmpty() ? List.of() : References.backends(run);
    }

    static List<String> phaseOfRun(VolumePopulation run) {
        return run.getStatus() == null || run.getStatus().getPhase() == null
                ? List.of()
                : List.of(run.getStatus().getPhase().getValue());
    }

    static List<String> pvcOfRun(VolumePopulation run) {
        return List.of(run.getSpec().getPvc().getUid());
    }

    static List<String> backendsOfPopulator(ObjectVolumePopulator populator) {
        return populator.getSpec().getSources().stream()
                .filter(source -> source.getBackendRef() != null)
                .map(source -> source.getBackendRef().getName())
                .distinct()
                .toList();
    }

    static List<String> backendOfDataset(Dataset dataset) {
        return List.of(dataset.getSpec().getSource().getStorageBackendRef());
    }
}
