package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.AzureBlob;
import dev.cistern.api.v1alpha1.storagebackendspec.auth.WorkloadIdentity;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.AzureBlobAuth;
import dev.cistern.populate.wire.AzureBlobSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Type `azureBlob`: Azure Blob Storage.
final class AzureBlobBackend implements Backend {
    private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z]+://([^/?#]+)");
    private static final Pattern DATA_LAKE =
            Pattern.compile("(https?://[^/]*)[.]dfs[.](.*)", Pattern.DOTALL);

    /// Letters, digits and single hyphens; the service's own containers begin with a dollar sign.
    private static final Pattern CONTAINER =
            Pattern.compile("\\$?(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*");

    private static final String FULL_PATH = "az://";

    /// Files of credentials. A Job reads them again when the service rejects their content: the kubelet updates them
    /// when the Secret changes.
    private static final String ACCOUNT_KEY = "account-key";

    private static final String SAS_TOKEN = "sas-token";
    private static final String TENANT_ID = "tenant-id";
    private static final String CLIENT_ID = "client-id";
    private static final String CLIENT_SECRET = "client-secret";

    /// The usual audience of federated credentials in Microsoft Entra ID.
    private static final String USUAL_AUDIENCE = "api://AzureADTokenExchange";

    /// The workload identity webhook sets variables and a token in pods with this label.
    private static final Map<String, String> WEBHOOK_LABEL =
            Map.of("azure.workload.identity/use", "true");

    @Override
    public Optional<String> unsupported(StorageBackendSpec backend) {
        String endpoint = backend.getAzureBlob().getEndpoint();
        Matcher dataLake = DATA_LAKE.matcher(endpoint == null ? "" : endpoint);
        return dataLake.matches()
                ? Optional.of(
                        "azureBlob.endpoint: "
                                + endpoint
                                + " is that of Data Lake Storage; write "
                                + dataLake.group(1)
                                + ".blob."
                                + dataLake.group(2)
                                + ", which has the same files")
                : Optional.empty();
    }

    @Override
    public String scheme() {
        return "az";
    }

    @Override
    public Optional<String> wrong(StorageBackendSpec backend, String path, boolean list) {
        Optional<String> wrong = Backend.super.wrong(backend, path, list);
        if (wrong.isPresent()) {
            return wrong;
        }
        String only = backend.getAzureBlob().getContainerName();
        String named = BucketPath.parse(path).bucket();
        if (only != null && path.startsWith(FULL_PATH) && !named.equals(only)) {
            return Optional.of(
                    "path: \""
                            + path
                            + "\" names the container "
                            + named
                            + ", and azureBlob.containerName of its backend is "
                            + only
                            + ": write \"az://"
                            + only
                            + "/PREFIX\", or name another backend");
        }
        if (only == null && !CONTAINER.matcher(named).matches()) {
            return Optional.of(
                    "path: \""
                            + named
                            + "\" is no name of a container: these have 3 to 63 lower-case letters,"
                            + " digits and single hyphens; write \"az://CONTAINER/PREFIX\"");
        }
        return Optional.empty();
    }

    @Override
    public void place(String path, boolean tree, Sources source) {
        String only = source.getBackend().getAzureBlob().getContainerName();
        BucketPath parsed =
                only == null || path.startsWith(FULL_PATH)
                        ? BucketPath.parse(path)
                        : new BucketPath(only, BucketPath.withoutLeadingSlash(path));
        source.setBucket(parsed.bucket());
        source.setPrefix(tree ? BucketPath.tree(parsed.prefix()) : parsed.prefix());
    }

    @Override
    public AzureBlobSpec store(Sources source, String directory) {
        StorageBackendSpec backend = source.getBackend();
        AzureBlob azure = backend.getAzureBlob();
        return new AzureBlobSpec(
                azure.getAccountName(),
                azure.getEndpoint(),
                new TlsSpec(
                        Boolean.TRUE.equals(azure.getSkipTLSVerification()),
                        null,
                        azure.getCaBundle()),
                source.getBucket(),
                source.getPrefix() == null ? "" : source.getPrefix(),
                auth(backend.getAuth(), directory + "/"),
                azure.getAuthorityHost());
    }

    private static AzureBlobAuth auth(Auth auth, String directory) {
        return switch (auth.getMode()) {
            case ANONYMOUS -> new AzureBlobAuth.Anonymous();
            case ACCOUNTKEY -> new AzureBlobAuth.AccountKey(directory + ACCOUNT_KEY);
            case SASTOKEN -> new AzureBlobAuth.Sas(directory + SAS_TOKEN);
            case SERVICEPRINCIPAL ->
                    new AzureBlobAuth.ServicePrincipal(
                            directory + TENANT_ID,
                            directory + CLIENT_ID,
                            directory + CLIENT_SECRET);
            case WORKLOADIDENTITY -> {
                WorkloadIdentity identity = identity(auth);
                yield new AzureBlobAuth.WorkloadIdentity(
                        identity.getTenantId(),
                        identity.getClientId(),
                        identity.getClientId() == null ? null : directory + Credentials.TOKEN_FILE);
            }
            case MANAGEDIDENTITY ->
                    new AzureBlobAuth.ManagedIdentity(
                            auth.getManagedIdentity() == null
                                    ? null
                                    : auth.getManagedIdentity().getClientId(),
                            auth.getClientIdSecretRef() == null ? null : directory + CLIENT_ID);
            case ACCESSKEY, IAM, SERVICEACCOUNTKEY, BASIC, BEARER, DOCKERCONFIG ->
                    throw noRun(auth);
        };
    }

    @Override
    public Credentials credentials(StorageBackendSpec backend) {
        Auth auth = backend.getAuth();
        return switch (auth.getMode()) {
            case ANONYMOUS -> Credentials.NONE;
            case ACCOUNTKEY ->
                    Credentials.ofFiles(
                            List.of(
                                    new Credentials.SecretFile(
                                            ACCOUNT_KEY, auth.getAccountKeySecretRef())));
            case SASTOKEN ->
                    Credentials.ofFiles(
                            List.of(
                                    new Credentials.SecretFile(
                                            SAS_TOKEN, auth.getSasTokenSecretRef())));
            case SERVICEPRINCIPAL ->
                    Credentials.ofFiles(
                            List.of(
                                    new Credentials.SecretFile(
                                            TENANT_ID, auth.getTenantIdSecretRef()),
                                    new Credentials.SecretFile(
                                            CLIENT_ID, auth.getClientIdSecretRef()),
                                    new Credentials.SecretFile(
                                            CLIENT_SECRET, auth.getClientSecretSecretRef())));
            case WORKLOADIDENTITY -> {
                WorkloadIdentity identity = identity(auth);
                String audience = identity.getAudience();
                yield Credentials.ofAccount(
                        identity.getServiceAccountName(),
                        identity.getClientId() == null
                                ? null
                                : audience == null ? USUAL_AUDIENCE : audience);
            }
            case MANAGEDIDENTITY ->
                    auth.getClientIdSecretRef() == null
                            ? Credentials.NONE
                            : Credentials.ofFiles(
                                    List.of(
                                            new Credentials.SecretFile(
                                                    CLIENT_ID, auth.getClientIdSecretRef())));
            case ACCESSKEY, IAM, SERVICEACCOUNTKEY, BASIC, BEARER, DOCKERCONFIG ->
                    throw noRun(auth);
        };
    }

    @Override
    public Map<String, String> podLabels(StorageBackendSpec backend) {
        Auth auth = backend.getAuth();
        return auth.getMode() == Auth.Mode.WORKLOADIDENTITY && identity(auth).getClientId() == null
                ? WEBHOOK_LABEL
                : Map.of();
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
        AzureBlob azure = source.getBackend().getAzureBlob();
        String endpoint = azure.getEndpoint();
        if (endpoint == null) {
            return azure.getAccountName() + ".blob.core.windows.net";
        }
        Matcher authority = AUTHORITY.matcher(endpoint);
        return authority.lookingAt() ? authority.group(1) : endpoint;
    }
}
