package dev.cistern.populate.source.azureblob;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.AzureBlobAuth;
import dev.cistern.populate.wire.AzureBlobSpec;
import dev.cistern.populate.wire.StoreSpec;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `az://CONTAINER/PREFIX` and its options.
public final class AzureBlobCommandLine implements StoreCommandLine {
    private static final String SCHEME = "az://";
    private static final String CONNECTION_STRING = "AZURE_STORAGE_CONNECTION_STRING";
    private static final String SERVICE_ENDPOINT = "AZURE_STORAGE_SERVICE_ENDPOINT";
    private static final String ACCOUNT_VARIABLE = "AZURE_STORAGE_ACCOUNT";

    private static final StoreOption ENDPOINT =
            new StoreOption(
                    "--endpoint",
                    "URL",
                    "of the account (default: " + SERVICE_ENDPOINT + ", or the public cloud)");
    private static final StoreOption ACCOUNT =
            new StoreOption(
                    "--account", "NAME", "the storage account (default: " + ACCOUNT_VARIABLE + ")");

    @Override
    public List<String> schemes() {
        return List.of(SCHEME);
    }

    @Override
    public String form() {
        return "az://CONTAINER/PREFIX";
    }

    @Override
    public List<StoreOption> options() {
        return List.of(
                ENDPOINT,
                ACCOUNT,
                StoreOption.ANONYMOUS,
                StoreOption.CA_FILE,
                StoreOption.INSECURE);
    }

    @Override
    public String credentials() {
        return """
        Credentials: AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, AZURE_CLIENT_ID with AZURE_TENANT_ID
        and AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE, else the machine's managed identity.
        """;
    }

    @Override
    public Class<? extends StoreSpec> specType() {
        return AzureBlobSpec.class;
    }

    @Override
    public AzureBlobSpec spec(String source, StoreArguments given, Map<String, String> environment)
            throws UsageException {
        int slash = source.indexOf('/', SCHEME.length());
        String container = source.substring(SCHEME.length(), slash < 0 ? source.length() : slash);
        ConnectionString connection = connection(environment);
        String endpoint = endpoint(given, environment, connection);
        String account = account(given, environment, connection, endpoint);
        try {
            BlobLocation.of(account, endpoint, container);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    "the source must look like "
                            + form()
                            + ", not \""
                            + source
                            + "\": "
                            + e.getMessage());
        }
        return new AzureBlobSpec(
                account,
                endpoint,
                given.tls(),
                container,
                slash < 0 ? "" : source.substring(slash + 1),
                given.has(StoreOption.ANONYMOUS)
                        ? new AzureBlobAuth.Anonymous()
                        : new AzureBlobAuth.Environment(),
                null);
    }

    private static @Nullable ConnectionString connection(Map<String, String> environment)
            throws UsageException {
        String text = environment.getOrDefault(CONNECTION_STRING, "");
        try {
            return text.isBlank() ? null : ConnectionString.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(CONNECTION_STRING + " " + e.getMessage());
        }
    }

    private static @Nullable String endpoint(
            StoreArguments given,
            Map<String, String> environment,
            @Nullable ConnectionString connection)
            throws UsageException {
        String option = given.value(ENDPOINT);
        if (option != null) {
            return StoreArguments.endpoint(ENDPOINT.name(), option);
        }
        if (connection != null) {
            String endpoint = connection.endpoint();
            return endpoint == null ? null : StoreArguments.endpoint(CONNECTION_STRING, endpoint);
        }
        String variable = environment.getOrDefault(SERVICE_ENDPOINT, "");
        return variable.isEmpty() ? null : StoreArguments.endpoint(SERVICE_ENDPOINT, variable);
    }

    private static String account(
            StoreArguments given,
            Map<String, String> environment,
            @Nullable ConnectionString connection,
            @Nullable String endpoint)
            throws UsageException {
        String option = given.value(ACCOUNT);
        String variable = environment.getOrDefault(ACCOUNT_VARIABLE, "");
        String account = option;
        if (account == null && connection != null) {
            account = connection.account();
        }
        if (account == null && connection == null && !variable.isEmpty()) {
            account = variable;
        }
        if (account == null && endpoint != null) {
            account = accountOf(endpoint);
        }
        if (account == null) {
            throw new UsageException(
                    "which storage account? give --account, or set " + ACCOUNT_VARIABLE);
        }
        if (!account.matches("[a-z0-9]{3,24}")) {
            throw new UsageException(
                    "\""
                            + account
                            + "\" is no name of a storage account: these have 3 to 24 lower-case"
                            + " letters and digits");
        }
        return account;
    }

    /// The account name in an endpoint's host or path; null where there is none.
    private static @Nullable String accountOf(String endpoint) {
        URI url = URI.create(endpoint);
        String path = url.getPath() == null ? "" : url.getPath().replaceAll("^/+|/+$", "");
        if (!path.isEmpty()) {
            return path.contains("/") ? null : path;
        }
        String host = url.getHost() == null ? "" : url.getHost();
        int label = host.indexOf(".blob.");
        // The secondary endpoint is signed with the account's own name.
        return label <= 0 ? null : host.substring(0, label).replaceFirst("-secondary$", "");
    }
}
