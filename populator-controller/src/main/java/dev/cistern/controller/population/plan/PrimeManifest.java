package dev.cistern.controller.population.plan;

import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.Names;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.LinkedHashMap;
import java.util.Map;

/// The prime PVC for a user's PVC: the same request without a data source.
final class PrimeManifest {
    /// The prime of a PVC.
    ///
    /// @param byNode whether the volume is to be created on the node that the scheduler chose
    PersistentVolumeClaim of(Claim claim, String namespace, boolean byNode) {
        Map<String, String> annotations = new LinkedHashMap<>();
        String node = claim.selectedNode();
        if (byNode && node != null) {
            annotations.put(Names.ANNOTATION_SELECTED_NODE, node);
            annotations.put(Names.ANNOTATION_MADE_FOR_NODE, node);
        }
        return new PersistentVolumeClaimBuilder()
                .withMetadata(
                        new ObjectMetaBuilder()
                                .withName(Names.prime(claim.key().uid()))
                                .withNamespace(namespace)
                                .withLabels(Names.labels(claim.key()))
                                .withAnnotations(annotations)
                                .build())
                .withNewSpec()
                .withAccessModes(claim.accessModes())
                .withStorageClassName(claim.storageClassName())
                .withVolumeMode("Filesystem")
                .withVolumeAttributesClassName(claim.volumeAttributesClassName())
                .withNewResources()
                .withRequests(Map.of("storage", new Quantity(claim.size())))
                .endResources()
                .endSpec()
                .build();
    }
}
