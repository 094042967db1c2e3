package dev.cistern.controller.backend;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whoever a backend is used for: the namespace of a PVC.
///
/// @param namespace its name; null for nobody in particular, as when a cluster-scoped object is checked by itself
/// @param labels of the namespace; null where they are not known, which no selector matches
public record Tenant(@Nullable String namespace, @Nullable Map<String, String> labels) {
    /// Nobody in particular: what some namespace may do, it may.
    public static final Tenant ANYBODY = new Tenant(null, null);

    /// A namespace with its labels, as far as they are known.
    public static Tenant of(String namespace, @Nullable Map<String, String> labels) {
        return new Tenant(namespace, labels);
    }
}
