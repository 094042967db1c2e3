package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.auth.Iam;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Bucket;
import dev.cistern.populate.wire.S3Options;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.TlsSpec;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Base class of the types that are read through the S3 protocol.
abstract class S3Compatible implements Backend {
    private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z]+://([^/?#]+)");

    /// Name of the file with the key of objects that are encrypted with a customer's key.
    static final String CUSTOMER_KEY_FILE = "customer-key";

    /// What AWS expects of a ServiceAccount's token.
    private static final String AUDIENCE = "sts.amazonaws.com";

    private static final Pattern IPV4 = Pattern.compile("[0-9]+(\\.[0-9]+){3}");

    /// Address of a store.
    ///
    /// @param endpoint its URL; null means AWS in the region
    record Address(@Nullable String endpoint, String region, boolean pathStyle, TlsSpec tls) {
        /// The address of a store other than AWS.
        ///
        /// @param given configured endpoint; null for the provider's
        /// @param otherwise the provider's host
        /// @param tls which certificates are accepted
        static Address of(@Nullable String given, String region, String otherwise, TlsSpec tls) {
            String endpoint = given == null ? otherwise : given;
            if (!endpoint.contains("://")) {
                endpoint = "https://" + endpoint;
            }
            while (endpoint.endsWith("/")) {
                endpoint = endpoint.substring(0, endpoint.length() - 1);
            }
            String authority = endpoint.substring(endpoint.indexOf("://") + 3);
            // A bucket name cannot precede an IP address, and a port means a test server or a proxy
            // without wildcard
            // names.
            boolean pathStyle = authority.contains(":") || IPV4.matcher(authority).matches();
            return new Address(endpoint, region, pathStyle, tls);
        }
    }

    /// Address of a backend of this type.
    abstract Address address(StorageBackendSpec backend);

    /// What else a Job is told of how a backend of this type is read.
    ///
    /// @param directory where the Job sees the files of [#credentials]
    S3Options options(StorageBackendSpec backend, String directory) {
        return S3Options.NONE;
    }

    /// The key of objects that are encrypted with a customer's key; null where the backend names none.
    @Nullable SecretKeySelector customerKey(StorageBackendSpec backend) {
        return null;
    }

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
                auth(source.getBackend().getAuth(), directory),
                options(source.getBackend(), directory));
    }

    private static S3Auth auth(Auth auth, String directory) {
        return switch (auth.getMode()) {
            case ACCESSKEY -> new S3Auth.AccessKey(directory);
            case ANONYMOUS -> new S3Auth.Anonymous();
            case IAM -> {
                Iam iam = auth.getIam() == null ? new Iam() : auth.getIam();
                yield iam.getRoleArn() == null
                        ? new S3Auth.Platform(iam.getStsEndpoint(), iam.getSessionName())
                        : new S3Auth.WebIdentity(
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
                    ACCOUNTKEY,
                    SASTOKEN,
                    BASIC,
                    BEARER,
                    DOCKERCONFIG ->
                    throw noRun(auth);
        };
    }

    @Override
    public final Credentials credentials(StorageBackendSpec backend) {
        Credentials ofAuth = credentials(backend.getAuth());
        SecretKeySelector customerKey = customerKey(backend);
        if (customerKey == null) {
            return ofAuth;
        }
        List<Credentials.SecretFile> files = new ArrayList<>(ofAuth.files());
        files.add(new Credentials.SecretFile(CUSTOMER_KEY_FILE, customerKey));
        return new Credentials(ofAuth.variables(), files, ofAuth.account());
    }

    private static Credentials credentials(Auth auth) {
        return switch (auth.getMode()) {
            case ACCESSKEY -> {
                List<Credentials.Variable> variables = new ArrayList<>();
                List<Credentials.SecretFile> files = new ArrayList<>();
                add(
                        variables,
                        "ACCESS_KEY_ID",
                        files,
                        S3Auth.AccessKey.ID_FILE,
                        auth.getAccessKeyIdSecretRef());
                add(
                        variables,
                        "SECRET_ACCESS_KEY",
                        files,
                        S3Auth.AccessKey.SECRET_FILE,
                        auth.getSecretAccessKeySecretRef());
                add(
                        variables,
                        "SESSION_TOKEN",
                        files,
                        S3Auth.AccessKey.TOKEN_FILE,
                        auth.getSessionTokenSecretRef());
                yield new Credentials(variables, files, Optional.empty());
            }
            case ANONYMOUS -> Credentials.NONE;
            case IAM -> {
                Iam iam = auth.getIam() == null ? new Iam() : auth.getIam();
                // A role that the platform binds comes with a token of the platform's own.
                String audience = iam.getAudience() == null ? AUDIENCE : iam.getAudience();
                yield Credentials.ofAccount(
                        iam.getServiceAccountName(), iam.getRoleArn() == null ? null : audience);
            }
            case WORKLOADIDENTITY,
                    SERVICEACCOUNTKEY,
                    MANAGEDIDENTITY,
                    SERVICEPRINCIPAL,
                    ACCOUNTKEY,
                    SASTOKEN,
                    BASIC,
                    BEARER,
                    DOCKERCONFIG ->
                    throw noRun(auth);
        };
    }

    /// As a variable, without which the container does not start and kubelet says what is missing; and as a file, which changes while the
    /// container runs.
    private static void add(
            List<Credentials.Variable> variables,
            String variable,
            List<Credentials.SecretFile> files,
            String file,
            @Nullable SecretKeySelector ref) {
        if (ref != null) {
            variables.add(new Credentials.Variable(variable, ref));
            files.add(
                    new Credentials.SecretFile(
                            file, new SecretKeySelector(ref.getKey(), ref.getName(), true)));
        }
    }

    private static IllegalStateException noRun(Auth auth) {
        return new IllegalStateException(
                "a run was made for auth.mode " + auth.getMode().getValue());
    }

    private static String ofAws(
            S3Bucket.@Nullable AccessPoint point, String given, S3Options options) {
        String region = point == null ? given : point.region();
        return (point == null ? "s3" : "s3-accesspoint")
                + (options.fips() ? "-fips" : "")
                + (options.dualStack() ? ".dualstack." : ".")
                + region
                + ".amazonaws.com"
                + (region.startsWith("cn-") ? ".cn" : "");
    }

    @Override
    public final String host(Sources source) {
        Address address = address(source.getBackend());
        if (address.endpoint == null) {
            return ofAws(
                    new S3Bucket(source.getBucket()).accessPoint(),
                    address.region,
                    options(source.getBackend(), ""));
        }
        // Not every endpoint that the API accepts is a URL, for example https://${HOST}:9000; the
        // Job reports it.
        Matcher authority = AUTHORITY.matcher(address.endpoint);
        return authority.lookingAt() ? authority.group(1) : address.endpoint;
    }
}
