package dev.cistern.populate.source.azureblob;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A connection string of a storage account: `NAME=VALUE` pairs separated by semicolons. It contains secrets; neither
/// messages nor [#toString] show them.
///
/// @param account the account's name; null where it does not say
/// @param endpoint URL of the Blob service; null means that of the public cloud
/// @param accountKey null where there is none
/// @param sas a shared access signature; null where there is none
public record ConnectionString(
        @Nullable String account,
        @Nullable String endpoint,
        @Nullable String accountKey,
        @Nullable String sas) {
    /// The emulator's well-known account; its key is documented.
    private static final String EMULATOR_ACCOUNT = "devstoreaccount1";

    private static final String EMULATOR_KEY =
            "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// @throws IllegalArgumentException when it is none
    public static ConnectionString parse(String text) {
        Map<String, String> values = new HashMap<>();
        for (String pair : text.strip().split(";", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(
                        pair.substring(0, equals).strip().toLowerCase(Locale.ROOT),
                        pair.substring(equals + 1).strip());
            } else if (!pair.isBlank()) {
                throw new IllegalArgumentException(
                        "is not a list of NAME=VALUE separated by semicolons, as the portal shows"
                                + " it under \"Access keys\"");
            }
        }
        if ("true".equalsIgnoreCase(values.get("usedevelopmentstorage"))) {
            return new ConnectionString(
                    EMULATOR_ACCOUNT,
                    "http://127.0.0.1:10000/" + EMULATOR_ACCOUNT,
                    EMULATOR_KEY,
                    null);
        }
        String account = filled(values, "accountname");
        ConnectionString parsed =
                new ConnectionString(
                        account,
                        endpoint(account, values),
                        filled(values, "accountkey"),
                        filled(values, "sharedaccesssignature"));
        if (account == null && parsed.endpoint == null) {
            throw new IllegalArgumentException("has neither AccountName nor BlobEndpoint");
        }
        return parsed;
    }

    private static @Nullable String endpoint(@Nullable String account, Map<String, String> values) {
        String endpoint = filled(values, "blobendpoint");
        String suffix = filled(values, "endpointsuffix");
        String protocol = filled(values, "defaultendpointsprotocol");
        if (endpoint != null || account == null || (suffix == null && protocol == null)) {
            return endpoint;
        }
        return (protocol == null ? "https" : protocol)
                + "://"
                + account
                + ".blob."
                + (suffix == null ? "core.windows.net" : suffix);
    }

    private static @Nullable String filled(Map<String, String> values, String name) {
        String value = values.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    @Override
    public String toString() {
        return "connection string of account " + account;
    }
}
