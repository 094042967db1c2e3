package dev.cistern.controller.resolve;

import dev.cistern.controller.model.SourceRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Evaluates `ReferenceGrant`s as documented: an entry of `from` and an entry of `to` must both match.
final class Grants {
    private Grants() {}

    /// Whether one of the grants allows PVCs of `namespace` to use `ref`.
    static boolean allow(List<GenericKubernetesResource> grants, String namespace, SourceRef ref) {
        for (GenericKubernetesResource grant : grants) {
            boolean from =
                    entries(grant.get("spec", "from")).stream()
                            .anyMatch(
                                    entry ->
                                            "".equals(text(entry, "group"))
                                                    && "PersistentVolumeClaim"
                                                            .equals(entry.get("kind"))
                                                    && namespace.equals(entry.get("namespace")));
            boolean to =
                    entries(grant.get("spec", "to")).stream()
                            .anyMatch(
                                    entry ->
                                            ref.kind().group().equals(text(entry, "group"))
                                                    && ref.kind().kind().equals(entry.get("kind"))
                                                    && (text(entry, "name").isEmpty()
                                                            || ref.name()
                                                                    .equals(entry.get("name"))));
            if (from && to) {
                return true;
            }
        }
        return false;
    }

    private static String text(Map<?, ?> entry, String key) {
        return entry.get(key) instanceof String text ? text : "";
    }

    private static List<Map<?, ?>> entries(@Nullable Object list) {
        if (!(list instanceof List<?> items)) {
            return List.of();
        }
        return items.stream()
                .filter(Map.class::isInstance)
                .<Map<?, ?>>map(item -> (Map<?, ?>) item)
                .toList();
    }
}
