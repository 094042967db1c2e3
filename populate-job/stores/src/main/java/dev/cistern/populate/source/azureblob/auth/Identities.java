package dev.cistern.populate.source.azureblob.auth;

import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.azureblob.ConnectionString;
import dev.cistern.populate.source.oauth.BearerEndpoint;
import dev.cistern.populate.source.oauth.SubjectToken;
import dev.cistern.populate.source.oauth.TokenService;
import dev.cistern.populate.source.oauth.TokenSource;
import dev.cistern.populate.source.rest.CredentialCache;
import dev.cistern.populate.source.rest.StoreEndpoint;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.AzureBlobAuth;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Creates an endpoint that authenticates requests as specified. No token service is called before the first token is
/// needed.
public final class Identities {
    /// Environment variable of Azure's clients with the URL of the metadata service.
    private static final String METADATA_URL = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

    private static final String NODE = "http://169.254.169.254";

    private final StoreContext context;
    private final Origin store;
    private final HttpClient http;
    private final HttpClient direct;

    /// @param tls for the token service, too
    /// @param store where requests go
    public Identities(StoreContext context, Tls tls, Origin store) {
        this.context = context;
        this.store = store;
        this.http = context.http(tls);
        // The metadata service is on the node.
        this.direct =
                new HttpClient(
                        new HttpClient.Settings(
                                StoreContext.CONNECT_MILLIS,
                                StoreContext.FIRST_BYTE_MILLIS,
                                context.buffers()),
                        tls);
    }

    /// The endpoint of an account.
    ///
    /// @param authorityHost URL of Microsoft Entra ID; null means that of the environment, or of the endpoint's cloud
    /// @throws SourceException.Refused when the specification, a file that it names or the environment is wrong
    public StoreEndpoint of(String account, AzureBlobAuth auth, @Nullable String authorityHost)
            throws SourceException.Refused {
        Entra entra = new Entra(authorityHost == null ? authority() : authorityHost);
        return switch (auth) {
            case AzureBlobAuth.Anonymous anonymous -> bearer(null);
            case AzureBlobAuth.AccountKey key ->
                    key(account, Secret.file("account key", key.keyFile()));
            case AzureBlobAuth.Sas sas -> sas(Secret.file("SAS token", sas.tokenFile()));
            case AzureBlobAuth.ServicePrincipal principal ->
                    bearer(
                            entra.principal(
                                    Secret.file("tenant id", principal.tenantIdFile()).read(),
                                    Secret.file("client id", principal.clientIdFile()),
                                    Secret.file("client secret", principal.clientSecretFile())));
            case AzureBlobAuth.WorkloadIdentity identity ->
                    bearer(
                            entra.federated(
                                    given(identity.tenantId(), "AZURE_TENANT_ID"),
                                    given(identity.clientId(), "AZURE_CLIENT_ID"),
                                    given(identity.tokenFile(), "AZURE_FEDERATED_TOKEN_FILE")));
            case AzureBlobAuth.ManagedIdentity identity -> bearer(ofNode(clientId(identity)));
            case AzureBlobAuth.Environment environment -> ofEnvironment(account, entra);
        };
    }

    private static @Nullable Secret clientId(AzureBlobAuth.ManagedIdentity identity) {
        String file = identity.clientIdFile();
        String id = identity.clientId();
        return file != null ? Secret.file("client id", file) : id == null ? null : () -> id;
    }

    private String variable(String name) {
        return context.environment().getOrDefault(name, "").strip();
    }

    /// The specified value, else the webhook's variable.
    private String given(@Nullable String value, String variable) throws SourceException.Refused {
        String text = value == null ? variable(variable) : value;
        if (text.isEmpty()) {
            throw Secret.wrong(
                    variable
                            + " is not set: annotate the Job's ServiceAccount with"
                            + " azure.workload.identity/client-id where the cluster has the webhook"
                            + " of workload identity, or set auth.workloadIdentity.clientId and"
                            + " tenantId",
                    null);
        }
        return text;
    }

    /// By the variables of Azure's tools, in their order.
    private StoreEndpoint ofEnvironment(String account, Entra entra)
            throws SourceException.Refused {
        String connection = variable("AZURE_STORAGE_CONNECTION_STRING");
        ConnectionString given = connection.isEmpty() ? null : connectionString(connection);
        String key = given == null ? variable("AZURE_STORAGE_KEY") : orEmpty(given.accountKey());
        String sas = given == null ? variable("AZURE_STORAGE_SAS_TOKEN") : orEmpty(given.sas());
        if (!key.isEmpty()) {
            return key(account, () -> key);
        }
        if (!sas.isEmpty()) {
            return sas(() -> sas);
        }
        String tenant = variable("AZURE_TENANT_ID");
        String client = variable("AZURE_CLIENT_ID");
        String secret = variable("AZURE_CLIENT_SECRET");
        String file = variable("AZURE_FEDERATED_TOKEN_FILE");
        boolean application = !secret.isEmpty() || !file.isEmpty();
        if (application && (tenant.isEmpty() || client.isEmpty())) {
            throw Secret.wrong(
                    (secret.isEmpty() ? "AZURE_FEDERATED_TOKEN_FILE" : "AZURE_CLIENT_SECRET")
                            + " is set without "
                            + (tenant.isEmpty() ? "AZURE_TENANT_ID" : "AZURE_CLIENT_ID"),
                    null);
        }
        return bearer(
                !secret.isEmpty()
                        ? entra.principal(tenant, () -> client, () -> secret)
                        : !file.isEmpty()
                                ? entra.federated(tenant, client, file)
                                : ofNode(client.isEmpty() ? null : () -> client));
    }

    private static ConnectionString connectionString(String text) throws SourceException.Refused {
        try {
            return ConnectionString.parse(text);
        } catch (IllegalArgumentException e) {
            throw Secret.wrong("AZURE_STORAGE_CONNECTION_STRING " + e.getMessage(), null);
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private StoreEndpoint key(String account, Secret key) throws SourceException.Refused {
        return new SecretEndpoint(store, () -> SharedKey.of(account, key.read()), this::close);
    }

    private StoreEndpoint sas(Secret token) throws SourceException.Refused {
        return new SecretEndpoint(store, () -> SasToken.of(token.read()), this::close);
    }

    private StoreEndpoint bearer(@Nullable TokenSource source) {
        return new BearerEndpoint(
                store,
                source == null ? null : new CredentialCache<>(source, System::currentTimeMillis),
                this::close);
    }

    private TokenSource ofNode(@Nullable Secret clientId) throws SourceException.Refused {
        String given = variable(METADATA_URL);
        String url = given.isEmpty() ? NODE : withoutSlash(given);
        return new EntraTokens.OfNode(
                clientId,
                service(
                        url + EntraTokens.OfNode.PATH,
                        new EntraErrors(
                                "the instance metadata service "
                                        + url
                                        + " (only machines of Azure have one)",
                                "assign a managed identity to the node pool, or check the client id"
                                        + " of the one that is meant",
                                true)));
    }

    private String authority() {
        String given = variable("AZURE_AUTHORITY_HOST");
        return given.isEmpty() ? authorityOf(store) : given;
    }

    /// Microsoft Entra ID of the cloud that an account is in.
    public static String authorityOf(Origin store) {
        if (store.host().endsWith(".chinacloudapi.cn")) {
            return "https://login.chinacloudapi.cn";
        }
        return store.host().endsWith(".usgovcloudapi.net")
                ? "https://login.microsoftonline.us"
                : "https://login.microsoftonline.com";
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private TokenService service(String url, EntraErrors errors) throws SourceException.Refused {
        try {
            if (!errors.metadata()) {
                context.checkProxy(Origin.of(url));
            }
            return new TokenService(
                    url,
                    errors,
                    null,
                    errors.metadata() ? direct : http,
                    context.userAgent(),
                    System::currentTimeMillis);
        } catch (IllegalArgumentException e) {
            throw Secret.wrong(
                    "the address of the token service " + url + ": " + e.getMessage(), null);
        }
    }

    /// Microsoft Entra ID of one cloud.
    ///
    /// @param host its URL
    private final class Entra {
        private final String host;

        Entra(String host) {
            this.host = withoutSlash(host.contains("://") ? host : "https://" + host);
        }

        TokenSource principal(String tenant, Secret clientId, Secret clientSecret)
                throws SourceException.Refused {
            return new EntraTokens.ClientSecret(
                    clientId,
                    clientSecret,
                    tenant(tenant, "check the client id and its secret", clientId.read()));
        }

        TokenSource federated(String tenant, String clientId, String tokenFile)
                throws SourceException.Refused {
            try {
                return new EntraTokens.Federated(
                        clientId,
                        new SubjectToken(Path.of(tokenFile), null),
                        tenant(
                                tenant,
                                "check the identity and its federated credentials",
                                clientId));
            } catch (InvalidPathException e) {
                throw Secret.wrong("the token file " + tokenFile + " is no path", e);
            }
        }

        /// The token endpoint of a tenant.
        private TokenService tenant(String tenant, String hint, String clientId)
                throws SourceException.Refused {
            if (!tenant.matches("[A-Za-z0-9.-]{1,253}")) {
                throw Secret.wrong(
                        "the tenant id is neither a UUID nor a domain such as"
                                + " contoso.onmicrosoft.com",
                        null);
            }
            return service(
                    host + "/" + tenant + "/oauth2/v2.0/token",
                    new EntraErrors(
                            host + ", for client " + clientId + " of tenant " + tenant,
                            hint,
                            false));
        }
    }

    private void close() {
        http.close();
        direct.close();
    }
}
