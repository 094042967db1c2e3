package dev.cistern.controller.observe;

import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.volumepopulationspec.Source;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.Phase;
import dev.cistern.controller.model.SourceKind;
import dev.cistern.controller.model.SourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The names of the informers' indexes, and what each is made of.
final class Index {
    /// By the object's own UID.
    static final String UID = "uid";

    /// By the UID of the PVC whose run the object belongs to.
    static final String RUN = "run";

    /// By the object that a PVC names, [SourceRef#indexKey].
    static final String SOURCE = "source";

    /// PVCs that wait, by StorageClass; empty for those without one.
    static final String CLASS = "class";

    /// PVs by the UID in their `claimRef`.
    static final String CLAIM = "claim";

    /// Populators, datasets and runs by StorageBackend.
    static final String BACKEND = "backend";

    /// Runs that are not over, by StorageBackend.
    static final String BACKEND_UNDER_WAY = "backendUnderWay";

    /// Runs by phase; those without a status are not in it.
    static final String PHASE = "phase";

    /// Runs that are not over, by the object that their PVC names.
    static final String UNDER_WAY = "underWay";

    /// The index that each informer has.
    static final String NAMESPACE = "byNamespace";

    private Index() {}

    static @Nullable String label(HasMetadata object, String name) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? null : labels.get(name);
    }

    static List<String> uid(HasMetadata object) {
        return List.of(object.getMetadata().getUid());
    }

    static List<String> runLabel(HasMetadata object) {
        String uid = label(object, Names.LABEL_UID);
        return uid == null || !Names.MANAGED_BY.equals(label(object, Names.LABEL_MANAGED_BY))
                ? List.of()
                : List.of(uid);
    }

    static List<String> namespace(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return namespace == null ? List.of() : List.of(namespace);
    }

    private static boolean waits(PersistentVolumeClaim claim) {
        return claim.getStatus() == null || !"Bound".equals(claim.getStatus().getPhase());
    }

    static List<String> waitingForSource(PersistentVolumeClaim claim) {
        return waits(claim)
                ? Claims.source(claim).map(SourceRef::indexKey).map(List::of).orElse(List.of())
                : List.of();
    }

    static List<String> waitingForClass(PersistentVolumeClaim claim) {
        String name = claim.getSpec().getStorageClassName();
        return waits(claim) && name != null && Claims.source(claim).isPresent()
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

    static SourceRef source(VolumePopulation run) {
        Source source = run.getSpec().getSource();
        SourceKind kind =
                SourceKind.of(source.getApiGroup(), source.getKind())
                        .orElse(SourceKind.OBJECT_VOLUME_POPULATOR);
        return new SourceRef(
                kind,
                source.getApiGroup(),
                source.getKind(),
                source.getNamespace(),
                source.getName());
    }

    static List<String> sourceOfRun(VolumePopulation run) {
        return List.of(source(run).indexKey());
    }

    static List<String> sourceOfRunUnderWay(VolumePopulation run) {
        return !RunRecords.begun(run)
                        || phaseOfRun(run).stream().anyMatch(phase -> Phase.of(phase).settled())
                ? List.of()
                : sourceOfRun(run);
    }

    static List<String> backendsOfRun(VolumePopulation run) {
        if (!RunRecords.begun(run)) {
            return List.of();
        }
        return run.getSpec().getSources().stream()
                .flatMap(source -> Optional.ofNullable(source.getBackendName()).stream())
                .distinct()
                .toList();
    }

    static List<String> backendsOfRunUnderWay(VolumePopulation run) {
        return sourceOfRunUnderWay(run).isEmpty() ? List.of() : backendsOfRun(run);
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
