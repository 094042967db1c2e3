package dev.cistern.controller.cluster;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.volumepopulationspec.Source;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.SourceKind;
import dev.cistern.controller.model.SourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.TypedObjectReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// References between objects.
public final class References {
    private References() {}

    /// What a PVC names as its data source, when that is one of our kinds.
    public static Optional<SourceRef> source(PersistentVolumeClaim claim) {
        TypedObjectReference ref =
                claim.getSpec() == null ? null : claim.getSpec().getDataSourceRef();
        if (ref == null || ref.getName() == null) {
            return Optional.empty();
        }
        return SourceKind.of(ref.getApiGroup(), ref.getKind())
                .map(
                        kind ->
                                new SourceRef(
                                        kind,
                                        ref.getApiGroup(),
                                        ref.getKind(),
                                        kind.namespaced() ? namespace(claim, ref) : null,
                                        ref.getName()));
    }

    private static String namespace(PersistentVolumeClaim claim, TypedObjectReference ref) {
        return ref.getNamespace() == null || ref.getNamespace().isEmpty()
                ? claim.getMetadata().getNamespace()
                : ref.getNamespace();
    }

    /// The key of a PVC.
    public static ClaimKey key(PersistentVolumeClaim claim) {
        ObjectMeta meta = claim.getMetadata();
        return new ClaimKey(meta.getNamespace(), meta.getName(), meta.getUid());
    }

    /// The UID of the PVC whose run a prime, Job or pod belongs to; empty when it is none of ours.
    public static Optional<String> runOf(HasMetadata child) {
        return Names.MANAGED_BY.equals(ApiValues.label(child, Names.LABEL_MANAGED_BY))
                ? Optional.ofNullable(ApiValues.label(child, Names.LABEL_UID))
                : Optional.empty();
    }

    /// The UID of the StorageBackend whose probe a Job or pod is; empty when it is none.
    public static Optional<String> probeOf(HasMetadata child) {
        return Names.MANAGED_BY.equals(ApiValues.label(child, Names.LABEL_MANAGED_BY))
                ? Optional.ofNullable(ApiValues.label(child, Names.LABEL_PROBE))
                : Optional.empty();
    }

    /// The name of the StorageBackend whose probe a Job or pod is; empty when it is none.
    public static Optional<String> probedBackend(HasMetadata child) {
        Map<String, String> annotations = child.getMetadata().getAnnotations();
        return probeOf(child)
                .flatMap(
                        _ ->
                                Optional.ofNullable(
                                        annotations == null
                                                ? null
                                                : annotations.get(Names.ANNOTATION_BACKEND)));
    }

    /// Whether a record is that of a run, and not only of a PVC that waits for one.
    public static boolean begun(VolumePopulation record) {
        return record.getSpec().getSources() != null && !record.getSpec().getSources().isEmpty();
    }

    /// What the PVC of a run names.
    public static SourceRef source(VolumePopulation run) {
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

    /// The names of the StorageBackends that a run reads from.
    public static List<String> backends(VolumePopulation run) {
        return begun(run)
                ? run.getSpec().getSources().stream()
                        .flatMap(source -> Optional.ofNullable(source.getBackendName()).stream())
                        .distinct()
                        .toList()
                : List.of();
    }
}
