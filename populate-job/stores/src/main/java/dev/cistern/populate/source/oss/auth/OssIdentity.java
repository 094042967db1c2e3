package dev.cistern.populate.source.oss.auth;

import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.Reason;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Creates the keys' provider for the authentication of a specification. The token service is not called before the
/// first request.
public final class OssIdentity implements AutoCloseable {
    private static final String ROLE_ARN = "ALIBABA_CLOUD_ROLE_ARN";
    private static final String PROVIDER_ARN = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
    private static final String TOKEN_FILE = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";
    private static final String SESSION_NAME = "ALIBABA_CLOUD_ROLE_SESSION_NAME";

    /// Variables with an access key: ossutil's take precedence over those of Alibaba Cloud's SDKs.
    private static final String[][] KEYS = {
        {"OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"},
        {
            "ALIBABA_CLOUD_ACCESS_KEY_ID",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            "ALIBABA_CLOUD_SECURITY_TOKEN"
        }
    };

    private final StoreContext context;
    private final HttpClient http;

    /// @param region of the bucket
    /// @param internal whether the bucket is reached from inside Alibaba Cloud's network alone, which has token
    ///     services of its own
    public record Place(String region, boolean internal) {
        /// URL of the Security Token Service.
        public String tokenService() {
            return "https://" + (internal ? "sts-vpc." : "sts.") + region + ".aliyuncs.com";
        }
    }

    /// @param tls for the token service, too
    public OssIdentity(StoreContext context, Tls tls) {
        this.context = context;
        this.http = context.http(tls);
    }

    /// The keys that requests to the store are signed with; null where they are not signed.
    ///
    /// @throws SourceException.Refused when the specification, a file that it names or the environment is wrong
    public @Nullable KeyProvider of(OssAuth auth, Place place) throws SourceException.Refused {
        return switch (auth) {
            case OssAuth.Anonymous anonymous -> null;
            case OssAuth.AccessKey key -> new KeyFiles(Path.of(key.directory()));
            case OssAuth.Rrsa rrsa -> role(rrsa, place);
            case OssAuth.Environment environment -> ofEnvironment(environment, place);
        };
    }

    private KeyProvider ofEnvironment(OssAuth.Environment auth, Place place)
            throws SourceException.Refused {
        for (String[] names : KEYS) {
            String id = value(names[0]);
            String secret = value(names[1]);
            if (id != null && secret != null) {
                OssKeys keys = OssKeys.given(id, secret, value(names[2]));
                return () -> keys;
            }
            if (id != null || secret != null) {
                throw missing(names[id == null ? 0 : 1] + " is not set, beside the other half");
            }
        }
        if (StoreArguments.variable(context.environment(), ROLE_ARN, PROVIDER_ARN, TOKEN_FILE)
                != null) {
            return role(new OssAuth.Rrsa(null, auth.stsEndpoint(), null), place);
        }
        throw missing("no credentials are set");
    }

    private static SourceException.Refused missing(String problem) {
        return new SourceException.Refused(
                Reason.INVALID_CREDENTIALS,
                problem
                        + ": set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, with temporary keys"
                        + " also OSS_SESSION_TOKEN, or read anonymously",
                null);
    }

    private @Nullable String value(String name) {
        String value = context.environment().getOrDefault(name, "").strip();
        return value.isEmpty() ? null : value;
    }

    private KeyProvider role(OssAuth.Rrsa rrsa, Place place) throws SourceException.Refused {
        OssAuth.Identity given = rrsa.identity();
        OssAuth.Identity identity = given == null ? injected() : given;
        String name = rrsa.sessionName() == null ? value(SESSION_NAME) : rrsa.sessionName();
        String url = rrsa.stsEndpoint() == null ? place.tokenService() : rrsa.stsEndpoint();
        Origin origin;
        try {
            origin = Origin.of(url);
        } catch (IllegalArgumentException e) {
            throw context.wrong("auth.stsEndpoint", e.getMessage());
        }
        context.checkProxy(origin);
        TokenService service =
                new TokenService(
                        identity,
                        name == null ? "cistern" : name,
                        origin,
                        http,
                        context.userAgent(),
                        System::currentTimeMillis);
        return new RoleKeys(service::fetch, System::currentTimeMillis);
    }

    /// The role that `ack-pod-identity-webhook` sets in the environment of a pod, by the ServiceAccount's annotation.
    private OssAuth.Identity injected() throws SourceException.Refused {
        return new OssAuth.Identity(
                injected(ROLE_ARN), injected(PROVIDER_ARN), injected(TOKEN_FILE));
    }

    private String injected(String name) throws SourceException.Refused {
        String value = value(name);
        if (value == null) {
            throw new SourceException.Refused(
                    Reason.INVALID_CREDENTIALS,
                    name
                            + " is not set, which ack-pod-identity-webhook sets where the namespace"
                            + " has the label pod-identity.alibabacloud.com/injection=on and the"
                            + " ServiceAccount the annotation"
                            + " pod-identity.alibabacloud.com/role-name; or give roleArn and"
                            + " oidcProviderArn",
                    null);
        }
        return value;
    }

    @Override
    public void close() {
        http.close();
    }
}
