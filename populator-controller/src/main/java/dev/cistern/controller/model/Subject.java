package dev.cistern.controller.model;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An object other than a run whose status the controller writes.
///
/// @param kind which of our kinds
/// @param namespace where it is; null for a cluster-scoped kind
/// @param name its name
public record Subject(Kind kind, @Nullable String namespace, String name) {
    /// The kinds that have such a status.
    public enum Kind {
        /// See [SourceKind#OBJECT_VOLUME_POPULATOR].
        OBJECT_VOLUME_POPULATOR(
                SourceKind.OBJECT_VOLUME_POPULATOR,
                "ObjectVolumePopulator",
                "objectvolumepopulators"),
        /// See [SourceKind#OSS_VOLUME_POPULATOR].
        OSS_VOLUME_POPULATOR(
                SourceKind.OSS_VOLUME_POPULATOR, "OSSVolumePopulator", "ossvolumepopulators"),
        /// See [SourceKind#DATASET].
        DATASET(SourceKind.DATASET, "Dataset", "datasets"),
        /// A store with the platform's credentials.
        STORAGE_BACKEND(null, "StorageBackend", "storagebackends"),
        /// A kind of the node cache, which this version has not.
        DATASET_CLAIM(null, "DatasetClaim", "datasetclaims"),
        /// A kind of the node cache, which this version has not.
        NODE_DATASET(null, "NodeDataset", "nodedatasets"),
        /// A kind of the node cache, which this version has not.
        REFRESH_DATASET(null, "RefreshDataset", "refreshdatasets");

        private final @Nullable SourceKind source;
        private final String kind;
        private final String plural;

        Kind(@Nullable SourceKind source, String kind, String plural) {
            this.source = source;
            this.kind = kind;
            this.plural = plural;
        }

        /// `group/version`.
        public String apiVersion() {
            return source == null ? "cistern.dev/v1alpha1" : source.apiVersion();
        }

        /// The kind's name.
        public String kind() {
            return kind;
        }

        /// The name of its collection.
        public String plural() {
            return plural;
        }
    }

    /// The subject of a PVC's reference; empty when we write no status for that kind.
    public static Optional<Subject> of(SourceRef ref) {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.source == ref.kind())
                .map(kind -> new Subject(kind, ref.namespace(), ref.name()))
                .findFirst();
    }

    /// The reference of a PVC to this object; empty for kinds that PVCs cannot name.
    public Optional<SourceRef> source() {
        return kind.source == null
                ? Optional.empty()
                : Optional.of(new SourceRef(kind.source, namespace, name));
    }

    /// `Kind namespace/name`, as messages show it.
    public String display() {
        return kind.kind + " " + (namespace == null ? name : namespace + "/" + name);
    }
}
