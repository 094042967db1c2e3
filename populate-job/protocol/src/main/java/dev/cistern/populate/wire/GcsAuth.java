package dev.cistern.populate.wire;

import org.jspecify.annotations.Nullable;

/// How requests to Google Cloud Storage are authenticated. It never holds a secret.
public sealed interface GcsAuth {
    /// No credentials.
    record Anonymous() implements GcsAuth {}

    /// A service account's key.
    ///
    /// @param keyFile the JSON key file
    record ServiceAccountKey(String keyFile) implements GcsAuth {}

    /// A principal of a workload identity provider, for the pod's ServiceAccount.
    ///
    /// @param provider such as `projects/1/locations/global/workloadIdentityPools/p/providers/c`
    /// @param tokenFile file with the ServiceAccount's token
    /// @param stsEndpoint URL of the Security Token Service; null means Google's own
    record Federation(String provider, String tokenFile, @Nullable String stsEndpoint)
            implements GcsAuth {}

    /// The identity that the node's metadata server assigns to the pod.
    record Metadata() implements GcsAuth {}

    /// Application default credentials, as Google's own tools use them.
    record ApplicationDefault() implements GcsAuth {}
}
