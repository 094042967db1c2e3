package dev.cistern.controller.population.observe;

import dev.cistern.controller.cluster.ApiValues;
import dev.cistern.controller.cluster.References;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.ClaimPhase;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.SourceRef;
import dev.cistern.controller.population.model.Prime;
import dev.cistern.controller.population.model.Volume;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Converts PVCs and PVs to the planner's records.
public final class Claims {
    private Claims() {}

    /// A user's PVC; empty when it does not name one of our kinds.
    static Optional<Claim> claim(PersistentVolumeClaim claim) {
        return References.source(claim).map(source -> claim(claim, source));
    }

    private static Claim claim(PersistentVolumeClaim claim, SourceRef source) {
        ObjectMeta meta = claim.getMetadata();
        PersistentVolumeClaimSpec spec = claim.getSpec();
        Quantity size =
                spec.getResources() == null || spec.getResources().getRequests() == null
                        ? null
                        : spec.getResources().getRequests().get("storage");
        return new Claim(
                new ClaimKey(meta.getNamespace(), meta.getName(), meta.getUid()),
                meta.getResourceVersion(),
                ApiValues.time(meta.getCreationTimestamp()),
                meta.getDeletionTimestamp() != null,
                meta.getFinalizers() == null ? List.of() : meta.getFinalizers(),
                phase(claim),
                emptyToNull(spec.getVolumeName()),
                spec.getStorageClassName(),
                "Block".equals(spec.getVolumeMode()),
                spec.getSelector() != null,
                spec.getAccessModes() == null ? List.of() : spec.getAccessModes(),
                size == null ? "0" : size.toString(),
                size == null ? 0 : ApiValues.bytes(size),
                emptyToNull(spec.getVolumeAttributesClassName()),
                annotation(meta, Names.ANNOTATION_SELECTED_NODE),
                Names.ANNOTATIONS_PROVISIONER.stream()
                        .anyMatch(name -> annotation(meta, name) != null),
                annotation(meta, Names.ANNOTATION_RETRY),
                source);
    }

    /// A prime PVC.
    static Prime prime(PersistentVolumeClaim claim) {
        ObjectMeta meta = claim.getMetadata();
        return new Prime(
                meta.getNamespace(),
                meta.getName(),
                meta.getUid(),
                ApiValues.time(meta.getCreationTimestamp()),
                meta.getDeletionTimestamp() != null,
                phase(claim),
                emptyToNull(claim.getSpec().getVolumeName()),
                annotation(meta, Names.ANNOTATION_SELECTED_NODE),
                annotation(meta, Names.ANNOTATION_MADE_FOR_NODE));
    }

    /// A PV.
    static Volume volume(PersistentVolume volume) {
        return new Volume(
                volume.getMetadata().getName(),
                volume.getMetadata().getResourceVersion(),
                volume.getSpec() == null || volume.getSpec().getClaimRef() == null
                        ? null
                        : emptyToNull(volume.getSpec().getClaimRef().getUid()),
                annotation(volume.getMetadata(), Names.ANNOTATION_POPULATED_FOR));
    }

    private static ClaimPhase phase(PersistentVolumeClaim claim) {
        String phase = claim.getStatus() == null ? null : claim.getStatus().getPhase();
        if ("Bound".equals(phase)) {
            return ClaimPhase.BOUND;
        }
        return "Lost".equals(phase) ? ClaimPhase.LOST : ClaimPhase.PENDING;
    }

    private static @Nullable String annotation(ObjectMeta meta, String name) {
        Map<String, String> annotations = meta.getAnnotations();
        return annotations == null ? null : emptyToNull(annotations.get(name));
    }

    private static @Nullable String emptyToNull(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }
}
