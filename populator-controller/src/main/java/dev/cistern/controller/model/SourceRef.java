package dev.cistern.controller.model;

import org.jspecify.annotations.Nullable;

/// A PVC's `dataSourceRef`, when it names one of our kinds or is meant to.
///
/// @param kind which of our kinds
/// @param group the API group, as written
/// @param kindName the kind, as written
/// @param namespace where it is looked for; null for a cluster-scoped kind
/// @param name its name
public record SourceRef(
        SourceKind kind, String group, String kindName, @Nullable String namespace, String name) {
    /// A reference to an object of a known kind.
    public SourceRef(SourceKind kind, @Nullable String namespace, String name) {
        this(kind, kind.group(), kind.kind(), namespace, name);
    }

    /// `Kind namespace/name`, as events and messages show it.
    public String display() {
        return kindName + " " + (namespace == null ? name : namespace + "/" + name);
    }

    /// A key for indexes, equal for equal references.
    public String indexKey() {
        return kindName + "/" + (namespace == null ? "" : namespace) + "/" + name;
    }
}
