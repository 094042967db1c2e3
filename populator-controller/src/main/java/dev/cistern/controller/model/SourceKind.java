package dev.cistern.controller.model;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The kinds that a PVC's `dataSourceRef` may name.
public enum SourceKind {
    /// Any store, tenant's or platform's credentials.
    OBJECT_VOLUME_POPULATOR("cistern.dev", "v1alpha1", "ObjectVolumePopulator", true),
    /// Alibaba Cloud's kind, generic mode.
    OSS_VOLUME_POPULATOR("storage.alibabacloud.com", "v1beta1", "OSSVolumePopulator", true),
    /// A cluster-scoped data set, as a private copy.
    DATASET("cistern.dev", "v1alpha1", "Dataset", false);

    private final String group;
    private final String version;
    private final String kind;
    private final boolean namespaced;

    SourceKind(String group, String version, String kind, boolean namespaced) {
        this.group = group;
        this.version = version;
        this.kind = kind;
        this.namespaced = namespaced;
    }

    /// The API group.
    public String group() {
        return group;
    }

    /// `group/version`.
    public String apiVersion() {
        return group + "/" + version;
    }

    /// The kind's name.
    public String kind() {
        return kind;
    }

    /// Whether its objects live in a namespace.
    public boolean namespaced() {
        return namespaced;
    }

    /// The kind that a group and a kind's name mean, if it is one of ours.
    public static Optional<SourceKind> of(@Nullable String group, @Nullable String kind) {
        for (SourceKind candidate : values()) {
            if (candidate.group.equals(group) && candidate.kind.equals(kind)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
