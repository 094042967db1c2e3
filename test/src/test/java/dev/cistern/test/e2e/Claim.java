package dev.cistern.test.e2e;

/// A PVC manifest.
///
/// @param dataSource the lines below `dataSourceRef:`, as a flow mapping; empty for none
record Claim(String name, String storageClass, String size, String dataSource) {
    static final String IMMEDIATE = "cistern-local-immediate";
    static final String WAIT = "cistern-local";

    /// A PVC with immediate binding and an ObjectVolumePopulator of its namespace.
    static Claim from(String populator) {
        return new Claim(
                populator,
                IMMEDIATE,
                "256Mi",
                "{apiGroup: cistern.dev, kind: ObjectVolumePopulator, name: " + populator + "}");
    }

    Claim named(String name) {
        return new Claim(name, storageClass, size, dataSource);
    }

    /// With the StorageClass that waits for the first consumer.
    Claim waiting() {
        return new Claim(name, WAIT, size, dataSource);
    }

    Claim ofSize(String size) {
        return new Claim(name, storageClass, size, dataSource);
    }

    Claim withDataSource(String dataSource) {
        return new Claim(name, storageClass, size, dataSource);
    }

    String yaml() {
        return """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: %s, namespace: NAMESPACE}
        spec:
          accessModes: [ReadWriteOnce]
          storageClassName: %s
          resources: {requests: {storage: %s}}
        %s
        """
                .formatted(
                        name,
                        storageClass,
                        size,
                        dataSource.isEmpty() ? "" : "  dataSourceRef: " + dataSource);
    }
}
