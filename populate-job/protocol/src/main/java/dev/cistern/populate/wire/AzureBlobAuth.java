package dev.cistern.populate.wire;

import org.jspecify.annotations.Nullable;

/// How requests to Azure Blob Storage are authenticated. It contains no secret: those are in files, which are read
/// again when the service rejects their content, so that a credential may be rotated during a run.
public sealed interface AzureBlobAuth {
    /// Without credentials: a container with public access.
    record Anonymous() implements AzureBlobAuth {}

    /// A key of the storage account.
    ///
    /// @param keyFile holds the key, Base64
    record AccountKey(String keyFile) implements AzureBlobAuth {}

    /// A shared access signature, of the account, the container or a user delegation.
    ///
    /// @param tokenFile holds the token: the query of a signed URL, with or without its question mark
    record Sas(String tokenFile) implements AzureBlobAuth {}

    /// An application in Microsoft Entra ID, by its client secret.
    ///
    /// @param tenantIdFile holds the id of the tenant
    /// @param clientIdFile holds the id of the application
    /// @param clientSecretFile holds the client secret
    record ServicePrincipal(String tenantIdFile, String clientIdFile, String clientSecretFile)
            implements AzureBlobAuth {}

    /// The identity whose federated credential in Microsoft Entra ID trusts the pod's ServiceAccount. Null fields are
    /// taken from the variables of the workload identity webhook: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`,
    /// `AZURE_FEDERATED_TOKEN_FILE`.
    ///
    /// @param tenantId of the identity
    /// @param clientId of the identity
    /// @param tokenFile holds the ServiceAccount's token
    record WorkloadIdentity(
            @Nullable String tenantId, @Nullable String clientId, @Nullable String tokenFile)
            implements AzureBlobAuth {}

    /// A managed identity of the node, by the instance metadata service.
    ///
    /// @param clientId of a user-assigned identity
    /// @param clientIdFile holds it; with neither, it is the system-assigned identity, or the only one
    record ManagedIdentity(@Nullable String clientId, @Nullable String clientIdFile)
            implements AzureBlobAuth {}

    /// By the environment variables of Azure's tools; for the command line.
    record Environment() implements AzureBlobAuth {}
}
