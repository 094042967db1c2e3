package dev.cistern.populate.wire;

import org.jspecify.annotations.Nullable;

/// Authentication with Alibaba Cloud OSS. It contains no secret.
public sealed interface OssAuth {
    /// Requests are not signed.
    record Anonymous() implements OssAuth {}

    /// An access key in files, which change when it is rotated.
    ///
    /// @param directory that holds the files [#ID], [#SECRET] and, with temporary keys, [#TOKEN]
    record AccessKey(String directory) implements OssAuth {
        public static final String ID = "accessKeyId";
        public static final String SECRET = "accessKeySecret";
        public static final String TOKEN = "securityToken";
    }

    /// A role that the pod's ServiceAccount may assume (RRSA).
    ///
    /// @param identity null means what `ack-pod-identity-webhook` wrote into the environment
    /// @param stsEndpoint URL of the Security Token Service; null means the region's own
    /// @param sessionName that audit logs show; null means `cistern`
    record Rrsa(
            @Nullable Identity identity, @Nullable String stsEndpoint, @Nullable String sessionName)
            implements OssAuth {}

    /// The role, and the identity that assumes it.
    ///
    /// @param roleArn such as `acs:ram::1234567890123456:role/reader`
    /// @param oidcProviderArn such as `acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1`
    /// @param tokenFile the file that holds the ServiceAccount's token
    record Identity(String roleArn, String oidcProviderArn, String tokenFile) {}

    /// The variables of ossutil and of Alibaba Cloud's SDKs: an access key, or a role.
    ///
    /// @param stsEndpoint URL of the Security Token Service; null means the region's own
    record Environment(@Nullable String stsEndpoint) implements OssAuth {}
}
