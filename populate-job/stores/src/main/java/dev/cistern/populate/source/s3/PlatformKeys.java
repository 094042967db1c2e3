package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.s3.sdk.SdkKeys;
import dev.cistern.populate.source.s3.sdk.TokenService;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.S3Auth;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keys of the role that EKS assigns to a pod's ServiceAccount. A webhook sets variables in the container: IAM Roles
/// for Service Accounts a role and a token for AWS's token service, Pod Identity an agent on the node and a token for
/// it. If both are set, the first has precedence, as in AWS's SDKs.
final class PlatformKeys {
    private static final String ROLE = "AWS_ROLE_ARN";
    private static final String TOKEN_FILE = "AWS_WEB_IDENTITY_TOKEN_FILE";

    /// The agent on the node calls a service of AWS.
    private static final int AGENT_MILLIS = 10_000;

    private PlatformKeys() {}

    /// Whether an environment names a role and a token file.
    static boolean namesRole(Map<String, String> environment) {
        return !environment.getOrDefault(ROLE, "").isEmpty()
                && !environment.getOrDefault(TOKEN_FILE, "").isEmpty();
    }

    /// The keys of a Job.
    ///
    /// @param service that issues keys for a web identity
    /// @throws SourceException.Refused when the variables are missing or invalid
    static AwsKeys.Provider of(S3Auth.Platform auth, TokenService service, StoreContext context)
            throws SourceException.Refused {
        Map<String, String> environment = context.environment();
        if (namesRole(environment)) {
            return ofRole(auth.sessionName(), service, environment);
        }
        if (ContainerKeys.isIn(environment)) {
            return ofContainer(context);
        }
        throw new SourceException.Refused(
                Reason.INVALID_CREDENTIALS,
                "no role is bound to the Job's ServiceAccount: auth.iam names no roleArn, and the"
                        + " cluster set neither "
                        + ROLE
                        + " (annotate the ServiceAccount with eks.amazonaws.com/role-arn) nor"
                        + " AWS_CONTAINER_CREDENTIALS_FULL_URI (create a Pod Identity association"
                        + " for it); the node's own role is not taken",
                null);
    }

    /// Keys of the role that an environment names.
    static AwsKeys.Provider ofRole(
            @Nullable String session, TokenService service, Map<String, String> environment) {
        String given = environment.getOrDefault("AWS_ROLE_SESSION_NAME", "");
        String otherwise = given.isEmpty() ? "cistern" : given;
        return SdkKeys.webIdentity(
                environment.getOrDefault(ROLE, ""),
                Path.of(environment.getOrDefault(TOKEN_FILE, "")),
                session == null ? otherwise : session,
                service);
    }

    /// Keys of the agent that an environment names.
    static AwsKeys.Provider ofContainer(StoreContext context) throws SourceException.Refused {
        HttpClient direct =
                new HttpClient(
                        new HttpClient.Settings(
                                AGENT_MILLIS, AGENT_MILLIS, BufferPool.of(64 * 1024)),
                        new Tls(null, false));
        return ContainerKeys.of(
                context.environment(), direct, context.userAgent(), System::currentTimeMillis);
    }
}
