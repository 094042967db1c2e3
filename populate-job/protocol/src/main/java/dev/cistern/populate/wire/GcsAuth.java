package dev.cistern.populate.wire;

import org.jspecify.annotations.Nullable;

/// How requests to Google Cloud Storage are authenticated. It never holds a secret.
public sealed interface GcsAuth {
    /// Nobody in particular.
    record Anonymous() implements GcsAuth {}

    /// A service account, by its key.
    ///
    /// @param keyFile the JSON key file
    record ServiceAccountKey(String keyFile) implements GcsAuth {}

    /// The principal that a workload identity provider makes of the pod's ServiceAccount.
    ///
    /// @param provider such as `projects/1/locations/global/workloadIdentityPools/p/providers/c`
    /// @param tokenFile the file that holds the ServiceAccount's token
    /// @param stsEndpoint URL of the Security Token Service; null means Google's own
    record Federation(String provider, String tokenFile, @Nullable String stsEndpoint)
            implements GcsAuth {}

    /// Whom the metadata server of the node takes the pod for.
    record Metadata() implements GcsAuth {}

    /// Whom Google's own tools would be: application default credentials.
    record ApplicationDefault() implements GcsAuth {}
}
