package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.auth.Iam;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.TlsSpec;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What types of stores that the engine reads as S3 have in common.
abstract class S3Compatible implements Backend {
    private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z]+://([^/?#]+)");
    private static final Pattern IPV4 = Pattern.compile("[0-9]+(\\.[0-9]+){3}");

    /// How the store is reached.
    ///
    /// @param endpoint its URL; null means AWS in the region
    record Address(@Nullable String endpoint, String region, boolean pathStyle, TlsSpec tls) {
        /// A store with an endpoint of its own.
        ///
        /// @param given endpoint; null means the provider's
        /// @param otherwise host of the provider
        static Address of(@Nullable String given, String region, String otherwise) {
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
            return new Address(endpoint, region, pathStyle, TlsSpec.PLATFORM);
        }
    }

    /// How a backend of this type is reached.
    abstract Address address(StorageBackendSpec backend);

    @Override
    public final void place(String path, boolean tree, Sources source) {
        BucketPath parsed = BucketPath.parse(path);
        source.setBucket(parsed.bucket());
        source.setPrefix(tree ? BucketPath.tree(parsed.prefix()) : parsed.prefix());
    }

    @Override
    public final S3Spec store(Sources source, String directory) {
        Address address = address(source.getBackend());
        return new S3Spec(
                address.endpoint,
                address.region,
                address.pathStyle,
                address.tls,
                source.getBucket(),
                source.getPrefix() == null ? "" : source.getPrefix(),
                auth(source.getBackend().getAuth(), directory));
    }

    private static S3Auth auth(Auth auth, String directory) {
        return switch (auth.getMode()) {
            case ACCESSKEY -> new S3Auth.AccessKey();
            case ANONYMOUS -> new S3Auth.Anonymous();
            case IAM -> {
                Iam iam = auth.getIam();
                yield new S3Auth.WebIdentity(
                        iam.getRoleArn(),
                        directory + "/" + Credentials.TOKEN_FILE,
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
                    throw noRun(auth);
        };
    }

    @Override
    public final Credentials credentials(StorageBackendSpec backend) {
        Auth auth = backend.getAuth();
        return switch (auth.getMode()) {
            case ACCESSKEY -> {
                List<Credentials.Variable> variables = new ArrayList<>();
                add(variables, "ACCESS_KEY_ID", auth.getAccessKeyIdSecretRef());
                add(variables, "SECRET_ACCESS_KEY", auth.getSecretAccessKeySecretRef());
                add(variables, "SESSION_TOKEN", auth.getSessionTokenSecretRef());
                yield Credentials.ofVariables(variables);
            }
            case ANONYMOUS -> Credentials.NONE;
            case IAM ->
                    Credentials.ofAccount(
                            auth.getIam().getServiceAccountName(), auth.getIam().getAudience());
            case WORKLOADIDENTITY,
                    SERVICEACCOUNTKEY,
                    MANAGEDIDENTITY,
                    SERVICEPRINCIPAL,
                    BASIC,
                    BEARER ->
                    throw noRun(auth);
        };
    }

    private static void add(
            List<Credentials.Variable> variables, String name, @Nullable SecretKeySelector ref) {
        if (ref != null) {
            variables.add(new Credentials.Variable(name, ref));
        }
    }

    private static IllegalStateException noRun(Auth auth) {
        return new IllegalStateException(
                "a run was made for auth.mode " + auth.getMode().getValue());
    }

    @Override
    public final String host(Sources source) {
        Address address = address(source.getBackend());
        if (address.endpoint == null) {
            return "s3." + address.region + ".amazonaws.com";
        }
        // Not every endpoint that can be written is a URL, for example https://${HOST}:9000: the
        // Job is the one to say so.
        Matcher authority = AUTHORITY.matcher(address.endpoint);
        return authority.lookingAt() ? authority.group(1) : address.endpoint;
    }
}
