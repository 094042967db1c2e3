package dev.cistern.populate.wire;

import org.jspecify.annotations.Nullable;

/// How requests to a store that speaks S3 are signed. It never holds a secret.
public sealed interface S3Auth {
    /// With a key from `CISTERN_SOURCE_<i>_ACCESS_KEY_ID`, `_SECRET_ACCESS_KEY` and, for temporary keys, `_SESSION_TOKEN`.
    record AccessKey() implements S3Auth {}

    /// They are not.
    record Anonymous() implements S3Auth {}

    /// With a key of a role, which the token service gives for a token of the pod's ServiceAccount.
    ///
    /// @param roleArn the role to assume
    /// @param tokenFile the file that holds the token
    /// @param stsEndpoint URL of the token service; null means AWS's own
    /// @param stsRegion region that token requests are signed for and sent to; null means the store's
    /// @param sessionName name of the assumed session; null means `cistern`
    record WebIdentity(
            String roleArn,
            String tokenFile,
            @Nullable String stsEndpoint,
            @Nullable String stsRegion,
            @Nullable String sessionName)
            implements S3Auth {}

    /// With a key that is found where AWS's own tools look: `AWS_*` variables, profile, container, instance.
    record DefaultChain() implements S3Auth {}
}
