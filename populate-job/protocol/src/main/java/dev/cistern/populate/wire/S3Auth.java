package dev.cistern.populate.wire;

import org.jspecify.annotations.Nullable;

/// How requests to a store that speaks S3 are signed. It never holds a secret.
public sealed interface S3Auth {
    /// With a key from `CISTERN_SOURCE_<i>_ACCESS_KEY_ID`, `_SECRET_ACCESS_KEY` and, for temporary keys,
    /// `_SESSION_TOKEN`.
    ///
    /// @param directory with the key in the files `access-key-id`, `secret-access-key` and `session-token`, which change
    ///     when it is rotated; null for none
    record AccessKey(@Nullable String directory) implements S3Auth {
        /// Name of the file with the key's id.
        public static final String ID_FILE = "access-key-id";

        /// Name of the file with the secret.
        public static final String SECRET_FILE = "secret-access-key";

        /// Name of the file with the session token.
        public static final String TOKEN_FILE = "session-token";

        /// A key that does not change while the container runs.
        public AccessKey() {
            this(null);
        }
    }

    /// Requests are not signed.
    record Anonymous() implements S3Auth {}

    /// With temporary keys of a role, which the token service issues for a token of the pod's ServiceAccount.
    ///
    /// @param roleArn the role to assume
    /// @param tokenFile file with the token
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

    /// With keys of the role that the platform assigns to the pod's ServiceAccount by variables in the container:
    /// `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE` (IAM Roles for Service Accounts), or
    /// `AWS_CONTAINER_CREDENTIALS_FULL_URI` and `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` (EKS Pod Identity). The node's
    /// role is never used.
    ///
    /// @param stsEndpoint URL of the token service; null for AWS's
    /// @param sessionName name of the assumed session; null for the platform's, or `cistern`
    record Platform(@Nullable String stsEndpoint, @Nullable String sessionName) implements S3Auth {}

    /// With keys from AWS's default credential chain: `AWS_*` variables, profile, container, instance.
    record DefaultChain() implements S3Auth {}
}
