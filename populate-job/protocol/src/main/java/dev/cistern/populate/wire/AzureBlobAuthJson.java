package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/// An [AzureBlobAuth] as JSON: its `mode`, and the fields of that mode.
final class AzureBlobAuthJson {
    private AzureBlobAuthJson() {}

    private enum Mode {
        ANONYMOUS("anonymous"),
        ACCOUNT_KEY("accountKey"),
        SAS("sas"),
        SERVICE_PRINCIPAL("servicePrincipal"),
        WORKLOAD_IDENTITY("workloadIdentity"),
        MANAGED_IDENTITY("managedIdentity"),
        ENVIRONMENT("environment");

        private final String wireName;

        Mode(String wireName) {
            this.wireName = wireName;
        }
    }

    static AzureBlobAuth read(WireReader in) throws WireException {
        Mode mode = in.choice("mode", Mode.values(), choice -> choice.wireName, null);
        return switch (mode) {
            case ANONYMOUS -> {
                in.onlyKnown("mode");
                yield new AzureBlobAuth.Anonymous();
            }
            case ENVIRONMENT -> {
                in.onlyKnown("mode");
                yield new AzureBlobAuth.Environment();
            }
            case ACCOUNT_KEY -> {
                in.onlyKnown("mode", "keyFile");
                yield new AzureBlobAuth.AccountKey(in.text("keyFile"));
            }
            case SAS -> {
                in.onlyKnown("mode", "tokenFile");
                yield new AzureBlobAuth.Sas(in.text("tokenFile"));
            }
            case SERVICE_PRINCIPAL -> {
                in.onlyKnown("mode", "tenantIdFile", "clientIdFile", "clientSecretFile");
                yield new AzureBlobAuth.ServicePrincipal(
                        in.text("tenantIdFile"),
                        in.text("clientIdFile"),
                        in.text("clientSecretFile"));
            }
            case WORKLOAD_IDENTITY -> {
                in.onlyKnown("mode", "tenantId", "clientId", "tokenFile");
                yield new AzureBlobAuth.WorkloadIdentity(
                        in.optionalText("tenantId"),
                        in.optionalText("clientId"),
                        in.optionalText("tokenFile"));
            }
            case MANAGED_IDENTITY -> {
                in.onlyKnown("mode", "clientId", "clientIdFile");
                yield new AzureBlobAuth.ManagedIdentity(
                        in.optionalText("clientId"), in.optionalText("clientIdFile"));
            }
        };
    }

    static void write(JsonGenerator json, AzureBlobAuth auth) throws IOException {
        switch (auth) {
            case AzureBlobAuth.Anonymous anonymous -> mode(json, Mode.ANONYMOUS);
            case AzureBlobAuth.Environment environment -> mode(json, Mode.ENVIRONMENT);
            case AzureBlobAuth.AccountKey key -> {
                mode(json, Mode.ACCOUNT_KEY);
                WireWriter.text(json, "keyFile", key.keyFile());
            }
            case AzureBlobAuth.Sas sas -> {
                mode(json, Mode.SAS);
                WireWriter.text(json, "tokenFile", sas.tokenFile());
            }
            case AzureBlobAuth.ServicePrincipal principal -> {
                mode(json, Mode.SERVICE_PRINCIPAL);
                WireWriter.text(json, "tenantIdFile", principal.tenantIdFile());
                WireWriter.text(json, "clientIdFile", principal.clientIdFile());
                WireWriter.text(json, "clientSecretFile", principal.clientSecretFile());
            }
            case AzureBlobAuth.WorkloadIdentity identity -> {
                mode(json, Mode.WORKLOAD_IDENTITY);
                WireWriter.text(json, "tenantId", identity.tenantId());
                WireWriter.text(json, "clientId", identity.clientId());
                WireWriter.text(json, "tokenFile", identity.tokenFile());
            }
            case AzureBlobAuth.ManagedIdentity identity -> {
                mode(json, Mode.MANAGED_IDENTITY);
                WireWriter.text(json, "clientId", identity.clientId());
                WireWriter.text(json, "clientIdFile", identity.clientIdFile());
            }
        }
    }

    private static void mode(JsonGenerator json, Mode mode) throws IOException {
        WireWriter.text(json, "mode", mode.wireName);
    }
}
