package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.DigitalOceanSpaces;
import java.util.Optional;

/// Type `digitalOceanSpaces`, read as S3.
final class SpacesBackend extends S3Compatible {
    @Override
    public Optional<String> unsupported(StorageBackendSpec backend) {
        return S3Backend.unsupportedIam(backend.getAuth());
    }

    @Override
    public String scheme() {
        return "s3";
    }

    @Override
    Address address(StorageBackendSpec backend) {
        DigitalOceanSpaces spaces = backend.getDigitalOceanSpaces();
        return Address.of(
                spaces.getEndpoint(),
                spaces.getRegion(),
                spaces.getRegion() + ".digitaloceanspaces.com");
    }
}
