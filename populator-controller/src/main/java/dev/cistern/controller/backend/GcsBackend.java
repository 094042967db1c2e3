package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.Gcs;
import dev.cistern.api.v1alpha1.storagebackendspec.auth.WorkloadIdentity;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.GcsAuth;
import dev.cistern.populate.wire.GcsSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Type `gcs`: Google Cloud Storage.
final class GcsBackend implements Backend {
    private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z]+://([^/?#]+)");
    private static final String KEY_FILE = "key.json";

    /// Prefix of a workload identity provider's default audience.
    private static final String USUAL_AUDIENCE = "https://iam.googleapis.com/";

    @Override
    public Optional<String> unsupported(StorageBackendSpec backend) {
        return Optional.empty();
    }

    @Override
    public String scheme() {
        return "gs";
    }

    @Override
    public void place(String path, boolean tree, Sources source) {
        BucketPath parsed = BucketPath.parse(path);
        source.setBucket(parsed.bucket());
        source.setPrefix(tree ? BucketPath.tree(parsed.prefix()) : parsed.prefix());
    }

    @Override
    public GcsSpec store(Sources source, String directory) {
        StorageBackendSpec backend = source.getBackend();
        Gcs gcs = block(backend);
        String account = gcs.getImpersonateServiceAccount();
        return new GcsSpec(
                gcs.getEndpoint(),
                new TlsSpec(
                        Boolean.TRUE.equals(gcs.getSkipTLSVerification()), null, gcs.getCaBundle()),
                source.getBucket(),
                source.getPrefix() == null ? "" : source.getPrefix(),
                gcs.getUserProject(),
                // The bucket may ask who pays; requests without an identity cannot.
                gcs.getUserProject() == null && backend.getAuth().getMode() != Auth.Mode.ANONYMOUS
                        ? gcs.getProjectId()
                        : null,
                auth(backend.getAuth(), directory),
                account == null ? null : new GcsSpec.Impersonation(account, gcs.getIamEndpoint()));
    }

    private static GcsAuth auth(Auth auth, String directory) {
        return switch (auth.getMode()) {
            case ANONYMOUS -> new GcsAuth.Anonymous();
            case SERVICEACCOUNTKEY -> new GcsAuth.ServiceAccountKey(directory + "/" + KEY_FILE);
            case WORKLOADIDENTITY -> {
                WorkloadIdentity identity = identity(auth);
                String provider = identity.getProvider();
                yield provider == null
                        ? new GcsAuth.Metadata()
                        : new GcsAuth.Federation(
                                provider,
                                directory + "/" + Credentials.TOKEN_FILE,
                                identity.getStsEndpoint());
            }
            case ACCESSKEY,
                    IAM,
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
    public Credentials credentials(StorageBackendSpec backend) {
        Auth auth = backend.getAuth();
        return switch (auth.getMode()) {
            case ANONYMOUS -> Credentials.NONE;
            case SERVICEACCOUNTKEY ->
                    Credentials.ofFiles(
                            List.of(
                                    new Credentials.SecretFile(
                                            KEY_FILE, auth.getServiceAccountKeySecretRef())));
            case WORKLOADIDENTITY -> {
                WorkloadIdentity identity = identity(auth);
                yield Credentials.ofAccount(identity.getServiceAccountName(), audience(identity));
            }
            case ACCESSKEY,
                    IAM,
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

    /// Audience of the token to exchange; null where the metadata server is used, which knows the pod's account.
    private static @Nullable String audience(WorkloadIdentity identity) {
        String provider = identity.getProvider();
        if (provider == null) {
            return null;
        }
        String audience = identity.getAudience();
        return audience == null ? USUAL_AUDIENCE + provider : audience;
    }

    private static Gcs block(StorageBackendSpec backend) {
        return backend.getGcs() == null ? new Gcs() : backend.getGcs();
    }

    private static WorkloadIdentity identity(Auth auth) {
        return auth.getWorkloadIdentity() == null
                ? new WorkloadIdentity()
                : auth.getWorkloadIdentity();
    }

    private static IllegalStateException noRun(Auth auth) {
        return new IllegalStateException(
                "a run was made for auth.mode " + auth.getMode().getValue());
    }

    @Override
    public String host(Sources source) {
        String endpoint = block(source.getBackend()).getEndpoint();
        if (endpoint == null) {
            return "storage.googleapis.com";
        }
        Matcher authority = AUTHORITY.matcher(endpoint);
        return authority.lookingAt() ? authority.group(1) : endpoint;
    }
}
