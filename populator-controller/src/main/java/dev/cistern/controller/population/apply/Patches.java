package dev.cistern.controller.population.apply;

import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.population.model.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Patches of PVCs and volumes. Each is guarded by the observed state, so that it needs no read before it.
final class Patches {
    private Patches() {}

    /// Adds our finalizer, if the finalizers are those observed.
    ///
    /// Uses operations on the observed list, not server-side apply: finalizers added by admission have no owner, so
    /// giving up our part of the list would remove them, too.
    static List<Map<String, Object>> addFinalizer(Claim claim) {
        List<Map<String, Object>> patch = new ArrayList<>();
        patch.add(test("/metadata/uid", claim.key().uid()));
        if (claim.finalizers().isEmpty()) {
            patch.add(test("/metadata/resourceVersion", claim.resourceVersion()));
            patch.add(
                    Map.of(
                            "op", "add",
                            "path", "/metadata/finalizers",
                            "value", List.of(Names.FINALIZER)));
        } else {
            patch.add(test("/metadata/finalizers", claim.finalizers()));
            patch.add(
                    Map.of(
                            "op",
                            "add",
                            "path",
                            "/metadata/finalizers/-",
                            "value",
                            Names.FINALIZER));
        }
        return patch;
    }

    /// Removes our finalizer, if it is where it was observed.
    static List<Map<String, Object>> removeFinalizer(Claim claim) {
        String path = "/metadata/finalizers/" + claim.finalizers().indexOf(Names.FINALIZER);
        return List.of(
                test("/metadata/uid", claim.key().uid()),
                test(path, Names.FINALIZER),
                Map.of("op", "remove", "path", path));
    }

    /// Removes the scheduler's choice of a node, if it is the one observed.
    static List<Map<String, Object>> clearSelectedNode(Claim claim) {
        String path = "/metadata/annotations/" + Names.ANNOTATION_SELECTED_NODE.replace("/", "~1");
        return List.of(
                test("/metadata/uid", claim.key().uid()),
                test(path, String.valueOf(claim.selectedNode())),
                Map.of("op", "remove", "path", path));
    }

    private static Map<String, Object> test(String path, Object value) {
        return Map.of("op", "test", "path", path, "value", value);
    }

    /// Hands the volume to the PVC, if it has not changed. Claim and annotation are in one patch: a volume that names
    /// the PVC was either filled for it or not handed over by us.
    static Map<String, Object> rebind(Action.Rebind rebind) {
        Map<String, Object> claimRef = new LinkedHashMap<>();
        claimRef.put("apiVersion", "v1");
        claimRef.put("kind", "PersistentVolumeClaim");
        claimRef.put("namespace", rebind.claim().namespace());
        claimRef.put("name", rebind.claim().name());
        claimRef.put("uid", rebind.claim().uid());
        claimRef.put("resourceVersion", null);
        return Map.of(
                "metadata",
                Map.of(
                        "resourceVersion",
                        rebind.resourceVersion(),
                        "annotations",
                        Map.of(Names.ANNOTATION_POPULATED_FOR, rebind.claim().uid())),
                "spec",
                Map.of("claimRef", claimRef));
    }
}
