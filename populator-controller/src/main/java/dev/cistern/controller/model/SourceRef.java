package dev.cistern.controller.model;

import org.jspecify.annotations.Nullable;

/// What a PVC's `dataSourceRef` names, when it is one of our kinds.
///
/// @param kind which of our kinds
/// @param namespace where it is looked for; null for a cluster-scoped kind
/// @param name its name
public record SourceRef(SourceKind kind, @Nullable String namespace, String name) {
    /// `Kind namespace/name`, as events and messages show it.
    public String display() {
        return kind.kind() + " " + (namespace == null ? name : namespace + "/" + name);
    }

    /// A key for indexes, equal for equal references.
    public String indexKey() {
        return kind.kind() + "/" + (namespace == null ? "" : namespace) + "/" + name;
    }
}
