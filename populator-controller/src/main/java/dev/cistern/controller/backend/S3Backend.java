package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.S3;
import dev.cistern.populate.wire.S3Bucket;
import dev.cistern.populate.wire.S3Options;
import dev.cistern.populate.wire.TlsSpec;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Type `s3`: AWS and S3-compatible stores.
final class S3Backend extends S3Compatible {
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
        S3Bucket bucket = new S3Bucket(BucketPath.parse(path).bucket());
        String unsupported = bucket.unsupported();
        if (unsupported != null) {
            return Optional.of("path: \"" + bucket.name() + "\" " + unsupported);
        }
        if (bucket.isArn() && Boolean.TRUE.equals(backend.getS3().getForcePathStyle())) {
            return Optional.of(
                    "path: \""
                            + bucket.name()
                            + "\" is the ARN of an access point, which s3.forcePathStyle of the"
                            + " backend rules out: set that to false");
        }
        return super.wrong(backend, path, list);
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

    @Override
    S3Options options(StorageBackendSpec backend, String directory) {
        S3 s3 = backend.getS3();
        return new S3Options(
                Boolean.TRUE.equals(s3.getDualStack()),
                Boolean.TRUE.equals(s3.getFips()),
                Boolean.TRUE.equals(s3.getRequesterPays()),
                s3.getCustomerKeySecretRef() == null ? null : directory + "/" + CUSTOMER_KEY_FILE);
    }

    @Override
    @Nullable SecretKeySelector customerKey(StorageBackendSpec backend) {
        return backend.getS3().getCustomerKeySecretRef();
    }
}
