package dev.cistern.controller.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A user's PVC whose `dataSourceRef` names one of our kinds.
///
/// @param key which PVC
/// @param resourceVersion guards writes
/// @param created creation time, to the second
/// @param deleting whether it has a deletion time
/// @param finalizers all of them, in order
/// @param phase its phase
/// @param volumeName the volume it is or wants to be bound to; null while there is none
/// @param storageClassName as given: null (may be defaulted later) differs from empty
/// @param block whether it asks for a raw device
/// @param selector whether it selects existing volumes by label
/// @param accessModes as given
/// @param size requested quantity, as text
/// @param capacityBytes requested quantity, in bytes
/// @param volumeAttributesClassName as given
/// @param selectedNode the scheduler's choice; null while there is none
/// @param provisionerNoted whether the PersistentVolume controller has set the provisioner annotation
/// @param retry value of the annotation `cistern.dev/retry`; null when absent
/// @param source what to fill it with
public record Claim(
        ClaimKey key,
        String resourceVersion,
        Instant created,
        boolean deleting,
        List<String> finalizers,
        ClaimPhase phase,
        @Nullable String volumeName,
        @Nullable String storageClassName,
        boolean block,
        boolean selector,
        List<String> accessModes,
        String size,
        long capacityBytes,
        @Nullable String volumeAttributesClassName,
        @Nullable String selectedNode,
        boolean provisionerNoted,
        @Nullable String retry,
        SourceRef source) {

    public Claim {
        finalizers = List.copyOf(finalizers);
        accessModes = List.copyOf(accessModes);
    }

    /// Whether our finalizer holds it.
    public boolean hasFinalizer() {
        return finalizers.contains(Names.FINALIZER);
    }
}
