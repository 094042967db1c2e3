package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.Oss;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Type `oss`: Alibaba Cloud's store, read through its S3-compatible interface.
public final class OssBackend extends S3Compatible {
    OssBackend() {}

    /// A source of an `OSSVolumePopulator`.
    ///
    /// @param endpoint URL or host
    /// @param path given separately from the bucket, where one leading slash means the bucket itself; a tree
    /// @param secret that holds `accessKeyId` and `accessKeySecret`; null means that requests are not signed
    public static Sources source(
            String region, String endpoint, String bucket, String path, @Nullable String secret) {
        Auth auth = new Auth();
        if (secret == null) {
            auth.setMode(Auth.Mode.ANONYMOUS);
        } else {
            auth.setMode(Auth.Mode.ACCESSKEY);
            auth.setAccessKeyIdSecretRef(new SecretKeySelector("accessKeyId", secret, null));
            auth.setSecretAccessKeySecretRef(
                    new SecretKeySelector("accessKeySecret", secret, null));
        }
        Oss oss = new Oss();
        oss.setRegion(region);
        oss.setEndpoint(url(endpoint));
        StorageBackendSpec backend = new StorageBackendSpec();
        backend.setType(StorageBackendSpec.Type.OSS);
        backend.setAuth(auth);
        backend.setOss(oss);
        Sources source = new Sources();
        source.setBackend(backend);
        source.setBucket(bucket);
        source.setPrefix(BucketPath.tree(BucketPath.withoutLeadingSlash(path)));
        return source;
    }

    private static String url(String endpoint) {
        String trimmed = endpoint;
        while (trimmed.endsWith("/")) {
            trimmed = trimmed.substring(0, trimmed.length() - 1);
        }
        return trimmed.contains("://") ? trimmed : "https://" + trimmed;
    }

    @Override
    public Optional<String> unsupported(StorageBackendSpec backend) {
        return backend.getAuth().getMode() == Auth.Mode.IAM
                ? Optional.of(
                        "auth.mode: iam is not supported for type oss in this version; use"
                                + " accessKey")
                : Optional.empty();
    }

    @Override
    public String scheme() {
        return "oss";
    }

    @Override
    Address address(StorageBackendSpec backend) {
        Oss oss = backend.getOss();
        return Address.of(
                oss.getEndpoint(),
                oss.getRegion(),
                "oss-"
                        + oss.getRegion()
                        + (Boolean.TRUE.equals(oss.getInternal()) ? "-internal" : "")
                        + ".aliyuncs.com");
    }
}
