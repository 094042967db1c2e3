package dev.cistern.controller.plan;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.S3;
import dev.cistern.api.v1alpha1.storagebackendspec.auth.Iam;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.AuthSpec;
import dev.cistern.populate.wire.SourceSpec;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the engine is told of a frozen source. The engine speaks S3; stores with an S3-compatible interface are turned
/// into that here, and nowhere else.
public final class WireSources {
    private static final Pattern IPV4 = Pattern.compile("[0-9]+(\\.[0-9]+){3}");

    private WireSources() {}

    /// What this version cannot do with a backend.
    ///
    /// @return the field and what is wrong with it, or null when all is well
    public static @Nullable String unsupported(StorageBackendSpec backend) {
        return switch (backend.getType()) {
            case S3, DIGITALOCEANSPACES -> unsupportedIam(backend.getAuth());
            case OSS ->
                    backend.getAuth().getMode() == Auth.Mode.IAM
                            ? "auth.mode: iam is not supported for type oss in this version; use"
                                    + " accessKey"
                            : null;
            case GCS, AZUREBLOB, HTTP ->
                    "type: "
                            + backend.getType().getValue()
                            + " is not supported in this version; supported are s3,"
                            + " digitalOceanSpaces and oss";
        };
    }

    private static @Nullable String unsupportedIam(Auth auth) {
        if (auth.getMode() == Auth.Mode.IAM
                && (auth.getIam() == null || auth.getIam().getRoleArn() == null)) {
            return "auth.iam.roleArn: is required in this version; a role bound to the"
                    + " ServiceAccount by the cloud is not supported";
        }
        return null;
    }

    /// Whether this version reads that type of store at all.
    public static boolean supportsType(StorageBackendSpec.Type type) {
        return switch (type) {
            case S3, DIGITALOCEANSPACES, OSS -> true;
            case GCS, AZUREBLOB, HTTP -> false;
        };
    }

    /// The engine's view of source number `index`.
    static SourceSpec of(Sources source, int index) {
        StorageBackendSpec backend = source.getBackend();
        Store store =
                switch (backend.getType()) {
                    case S3 -> s3(backend.getS3());
                    case DIGITALOCEANSPACES ->
                            compatible(
                                    backend.getDigitalOceanSpaces().getEndpoint(),
                                    backend.getDigitalOceanSpaces().getRegion(),
                                    backend.getDigitalOceanSpaces().getRegion()
                                            + ".digitaloceanspaces.com");
                    case OSS ->
                            compatible(
                                    backend.getOss().getEndpoint(),
                                    backend.getOss().getRegion(),
                                    "oss-"
                                            + backend.getOss().getRegion()
                                            + (Boolean.TRUE.equals(backend.getOss().getInternal())
                                                    ? "-internal"
                                                    : "")
                                            + ".aliyuncs.com");
                    case GCS, AZUREBLOB, HTTP ->
                            throw new IllegalStateException(
                                    "a run was made for type " + backend.getType().getValue());
                };
        return new SourceSpec(
                "s3",
                store.endpoint,
                store.region,
                store.pathStyle,
                store.skipTlsVerification,
                null,
                store.caPem,
                source.getBucket(),
                source.getPrefix() == null ? "" : source.getPrefix(),
                source.getInto() == null ? "" : source.getInto(),
                orEmpty(source.getInclude()),
                orEmpty(source.getExclude()),
                source.getSha256(),
                auth(backend.getAuth(), index));
    }

    /// Where source number `index` finds its web identity token.
    static String tokenDirectory(int index) {
        return "/var/run/cistern/source-" + index;
    }

    private record Store(
            @Nullable String endpoint,
            String region,
            boolean pathStyle,
            boolean skipTlsVerification,
            @Nullable String caPem) {}

    private static Store s3(S3 s3) {
        return new Store(
                s3.getEndpoint(),
                s3.getRegion(),
                Boolean.TRUE.equals(s3.getForcePathStyle()),
                Boolean.TRUE.equals(s3.getSkipTLSVerification()),
                s3.getCaBundle());
    }

    private static Store compatible(@Nullable String given, String region, String otherwise) {
        String endpoint = given == null ? otherwise : given;
        if (!endpoint.contains("://")) {
            endpoint = "https://" + endpoint;
        }
        while (endpoint.endsWith("/")) {
            endpoint = endpoint.substring(0, endpoint.length() - 1);
        }
        String authority = endpoint.substring(endpoint.indexOf("://") + 3);
        // A bucket cannot be put before an address, and a port means a test server or a proxy
        // without wildcard names.
        boolean pathStyle = authority.contains(":") || IPV4.matcher(authority).matches();
        return new Store(endpoint, region, pathStyle, false, null);
    }

    private static AuthSpec auth(Auth auth, int index) {
        return switch (auth.getMode()) {
            case ACCESSKEY -> AuthSpec.accessKey();
            case ANONYMOUS -> AuthSpec.anonymous();
            case IAM -> {
                Iam iam = auth.getIam();
                yield new AuthSpec(
                        AuthSpec.Mode.WEB_IDENTITY,
                        iam.getRoleArn(),
                        tokenDirectory(index) + "/token",
                        iam.getStsEndpoint(),
                        null,
                        iam.getSessionName());
            }
            case WORKLOADIDENTITY,
                    SERVICEACCOUNTKEY,
                    MANAGEDIDENTITY,
                    SERVICEPRINCIPAL,
                    BASIC,
                    BEARER ->
                    throw new IllegalStateException(
                            "a run was made for auth.mode " + auth.getMode().getValue());
        };
    }

    private static List<String> orEmpty(@Nullable List<String> list) {
        return list == null ? List.of() : list;
    }
}
