package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.StoreSpec;
import java.util.Optional;

/// A type of the API that this version does not support. No run is created for it.
///
/// @param scheme of its paths
record UnsupportedBackend(StorageBackendSpec.Type type, String scheme) implements Backend {
    @Override
    public boolean supported() {
        return false;
    }

    @Override
    public Optional<String> unsupported(StorageBackendSpec backend) {
        return Optional.of(
                "type: "
                        + type.getValue()
                        + " is not supported in this version; supported are "
                        + Backends.supportedTypes());
    }

    @Override
    public void place(String path, boolean tree, Sources source) {
        throw noRun();
    }

    @Override
    public StoreSpec store(Sources source, String directory) {
        throw noRun();
    }

    @Override
    public Credentials credentials(StorageBackendSpec backend) {
        throw noRun();
    }

    @Override
    public String host(Sources source) {
        throw noRun();
    }

    private IllegalStateException noRun() {
        return new IllegalStateException("a run was made for type " + type.getValue());
    }
}
