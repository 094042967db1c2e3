package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.Oss;
import dev.cistern.api.v1alpha1.storagebackendspec.auth.Iam;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.OssAddressing;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.OssSpec;
import dev.cistern.populate.wire.TlsSpec;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Type `oss`: Alibaba Cloud OSS.
public final class OssBackend implements Backend {
    private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z]+://([^/?#]+)");

    /// What RAM expects of a ServiceAccount's token.
    private static final String AUDIENCE = "sts.aliyuncs.com";

    /// What the API server wrote into each backend of mode `iam` while the audience had a default.
    private static final String OLD_DEFAULT_AUDIENCE = "sts.amazonaws.com";

    OssBackend() {}

    /// Authentication of an `OSSVolumePopulator`.
    public sealed interface Access {
        /// Requests are not signed.
        record Anonymous() implements Access {}

        /// An access key.
        ///
        /// @param name of the Secret that holds `accessKeyId` and `accessKeySecret`
        record Secret(String name) implements Access {}

        /// A role that the Job's ServiceAccount may assume.
        record Role(String roleArn, String oidcProviderArn) implements Access {}
    }

    /// A source of an `OSSVolumePopulator`.
    ///
    /// @param endpoint URL or host
    /// @param path given separately from the bucket, where one leading slash means the bucket itself; a tree
    public static Sources source(
            String region, String endpoint, String bucket, String path, Access access) {
        Oss oss = new Oss();
        oss.setRegion(region);
        oss.setEndpoint(url(endpoint));
        StorageBackendSpec backend = new StorageBackendSpec();
        backend.setType(StorageBackendSpec.Type.OSS);
        backend.setAuth(auth(access));
        backend.setOss(oss);
        Sources source = new Sources();
        source.setBackend(backend);
        source.setBucket(bucket);
        source.setPrefix(BucketPath.tree(BucketPath.withoutLeadingSlash(path)));
        return source;
    }

    private static Auth auth(Access access) {
        Auth auth = new Auth();
        switch (access) {
            case Access.Anonymous anonymous -> auth.setMode(Auth.Mode.ANONYMOUS);
            case Access.Secret secret -> {
                auth.setMode(Auth.Mode.ACCESSKEY);
                auth.setAccessKeyIdSecretRef(
                        new SecretKeySelector("accessKeyId", secret.name(), null));
                auth.setSecretAccessKeySecretRef(
                        new SecretKeySelector("accessKeySecret", secret.name(), null));
            }
            case Access.Role role -> {
                Iam iam = new Iam();
                iam.setRoleArn(role.roleArn());
                iam.setOidcProviderArn(role.oidcProviderArn());
                auth.setMode(Auth.Mode.IAM);
                auth.setIam(iam);
            }
        }
        return auth;
    }

    /// Host names mean TLS.
    private static String url(String endpoint) {
        String trimmed = endpoint;
        while (trimmed.endsWith("/")) {
            trimmed = trimmed.substring(0, trimmed.length() - 1);
        }
        return trimmed.contains("://") ? trimmed : "https://" + trimmed;
    }

    @Override
    public Optional<String> unsupported(StorageBackendSpec backend) {
        return Optional.empty();
    }

    @Override
    public String scheme() {
        return "oss";
    }

    @Override
    public void place(String path, boolean tree, Sources source) {
        BucketPath parsed = BucketPath.parse(path);
        source.setBucket(parsed.bucket());
        source.setPrefix(tree ? BucketPath.tree(parsed.prefix()) : parsed.prefix());
    }

    @Override
    public OssSpec store(Sources source, String directory) {
        StorageBackendSpec backend = source.getBackend();
        Oss oss = backend.getOss();
        return new OssSpec(
                endpoint(oss),
                oss.getRegion(),
                addressing(oss),
                new TlsSpec(
                        Boolean.TRUE.equals(oss.getSkipTLSVerification()), null, oss.getCaBundle()),
                source.getBucket(),
                source.getPrefix() == null ? "" : source.getPrefix(),
                Boolean.TRUE.equals(oss.getRequesterPays()),
                auth(backend.getAuth(), directory));
    }

    private static String endpoint(Oss oss) {
        if (oss.getEndpoint() != null) {
            return url(oss.getEndpoint());
        }
        String region = oss.getRegion();
        // The first part of the endpoint's name is written for the region as often as not.
        return "https://"
                + (region.startsWith("oss-") ? "" : "oss-")
                + region
                + (Boolean.TRUE.equals(oss.getInternal()) ? "-internal" : "")
                + ".aliyuncs.com";
    }

    private static @Nullable OssAddressing addressing(Oss oss) {
        Oss.AddressingStyle style = oss.getAddressingStyle();
        return style == null
                ? null
                : switch (style) {
                    case VIRTUAL -> OssAddressing.VIRTUAL;
                    case PATH -> OssAddressing.PATH;
                    case CNAME -> OssAddressing.CNAME;
                };
    }

    private static OssAuth auth(Auth auth, String directory) {
        return switch (auth.getMode()) {
            case ANONYMOUS -> new OssAuth.Anonymous();
            case ACCESSKEY -> new OssAuth.AccessKey(directory);
            case IAM -> {
                Iam iam = iam(auth);
                yield new OssAuth.Rrsa(
                        injected(iam)
                                ? null
                                : new OssAuth.Identity(
                                        iam.getRoleArn(),
                                        iam.getOidcProviderArn(),
                                        directory + "/" + Credentials.TOKEN_FILE),
                        iam.getStsEndpoint(),
                        iam.getSessionName());
            }
            case WORKLOADIDENTITY,
                    SERVICEACCOUNTKEY,
                    MANAGEDIDENTITY,
                    SERVICEPRINCIPAL,
                    BASIC,
                    BEARER,
                    ACCOUNTKEY,
                    SASTOKEN,
                    DOCKERCONFIG ->
                    throw noRun(auth);
        };
    }

    private static Iam iam(Auth auth) {
        return auth.getIam() == null ? new Iam() : auth.getIam();
    }

    /// Whether `ack-pod-identity-webhook` gives the pod its role, for which the ServiceAccount is annotated.
    private static boolean injected(Iam iam) {
        return iam.getRoleArn() == null;
    }

    /// Keys are files, which the kubelet renews when the Secret changes.
    @Override
    public Credentials credentials(StorageBackendSpec backend) {
        Auth auth = backend.getAuth();
        return switch (auth.getMode()) {
            case ANONYMOUS -> Credentials.NONE;
            case ACCESSKEY -> {
                List<Credentials.SecretFile> files = new ArrayList<>();
                add(files, OssAuth.AccessKey.ID, auth.getAccessKeyIdSecretRef());
                add(files, OssAuth.AccessKey.SECRET, auth.getSecretAccessKeySecretRef());
                add(files, OssAuth.AccessKey.TOKEN, auth.getSessionTokenSecretRef());
                yield new Credentials(List.of(), files, Optional.empty());
            }
            case IAM -> {
                Iam iam = iam(auth);
                yield Credentials.ofAccount(
                        iam.getServiceAccountName(), injected(iam) ? null : audience(iam));
            }
            case WORKLOADIDENTITY,
                    SERVICEACCOUNTKEY,
                    MANAGEDIDENTITY,
                    SERVICEPRINCIPAL,
                    BASIC,
                    BEARER,
                    ACCOUNTKEY,
                    SASTOKEN,
                    DOCKERCONFIG ->
                    throw noRun(auth);
        };
    }

    private static String audience(Iam iam) {
        String audience = iam.getAudience();
        return audience == null || audience.equals(OLD_DEFAULT_AUDIENCE) ? AUDIENCE : audience;
    }

    private static void add(
            List<Credentials.SecretFile> files, String name, @Nullable SecretKeySelector ref) {
        if (ref != null) {
            files.add(new Credentials.SecretFile(name, ref));
        }
    }

    private static IllegalStateException noRun(Auth auth) {
        return new IllegalStateException(
                "a run was made for auth.mode " + auth.getMode().getValue());
    }

    @Override
    public String host(Sources source) {
        String endpoint = endpoint(source.getBackend().getOss());
        // Not every endpoint that can be written is a URL: the Job is the one to say so.
        Matcher authority = AUTHORITY.matcher(endpoint);
        return authority.lookingAt() ? authority.group(1) : endpoint;
    }
}
