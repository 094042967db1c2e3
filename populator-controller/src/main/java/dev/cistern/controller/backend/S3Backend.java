package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.S3;
import dev.cistern.populate.wire.TlsSpec;
import java.util.Optional;

/// Type `s3`: AWS, and stores that name themselves after its protocol.
final class S3Backend extends S3Compatible {
    @Override
    public Optional<String> unsupported(StorageBackendSpec backend) {
        return unsupportedIam(backend.getAuth());
    }

    /// A role has to be named.
    static Optional<String> unsupportedIam(Auth auth) {
        boolean without =
                auth.getMode() == Auth.Mode.IAM
                        && (auth.getIam() == null || auth.getIam().getRoleArn() == null);
        return without
                ? Optional.of(
                        "auth.iam.roleArn: is required in this version; a role bound to the"
                                + " ServiceAccount by the cloud is not supported")
                : Optional.empty();
    }

    @Override
    public String scheme() {
        return "s3";
    }

    @Override
    Address address(StorageBackendSpec backend) {
        S3 s3 = backend.getS3();
        return new Address(
                s3.getEndpoint(),
                s3.getRegion(),
                Boolean.TRUE.equals(s3.getForcePathStyle()),
                new TlsSpec(
                        Boolean.TRUE.equals(s3.getSkipTLSVerification()), null, s3.getCaBundle()));
    }
}
