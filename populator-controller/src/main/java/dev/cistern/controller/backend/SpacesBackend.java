package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.DigitalOceanSpaces;
import dev.cistern.populate.wire.S3Bucket;
import dev.cistern.populate.wire.TlsSpec;
import java.util.Optional;

/// Type `digitalOceanSpaces`, read as S3.
final class SpacesBackend extends S3Compatible {
    @Override
    public Optional<String> unsupported(StorageBackendSpec backend) {
        return Optional.empty();
    }

    @Override
    public String scheme() {
        return "s3";
    }

    @Override
    public Optional<String> wrong(StorageBackendSpec backend, String path, boolean list) {
        String bucket = BucketPath.parse(path).bucket();
        return new S3Bucket(bucket).isArn()
                ? Optional.of(
                        "path: \""
                                + bucket
                                + "\" is an ARN, which only type s3 reads: write the name of a"
                                + " Space")
                : super.wrong(backend, path, list);
    }

    @Override
    Address address(StorageBackendSpec backend) {
        DigitalOceanSpaces spaces = backend.getDigitalOceanSpaces();
        return Address.of(
                spaces.getEndpoint(),
                spaces.getRegion(),
                spaces.getRegion() + ".digitaloceanspaces.com",
                new TlsSpec(
                        Boolean.TRUE.equals(spaces.getSkipTLSVerification()),
                        null,
                        spaces.getCaBundle()));
    }
}
