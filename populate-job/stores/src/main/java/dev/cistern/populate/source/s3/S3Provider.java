package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.s3.sdk.SdkKeys;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Spec;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Opens sources of stores that speak S3.
public final class S3Provider {
    private S3Provider() {}

    /// The source of a specification; nothing is asked of the store yet.
    ///
    /// @throws SourceException.Refused when the specification or the environment is wrong
    public static Source open(S3Spec spec, StoreContext context) throws SourceException.Refused {
        S3Location location;
        try {
            location =
                    S3Location.of(spec.endpoint(), spec.region(), spec.bucket(), spec.pathStyle());
        } catch (IllegalArgumentException e) {
            throw context.wrong("", e.getMessage());
        }
        Tls tls = context.tls(spec.tls());
        context.checkProxy(location.endpoint());
        AwsKeys.Provider keys = keys(spec.auth(), location, tls, context);
        return S3Source.of(
                location,
                spec.prefix(),
                new DirectApi(location, context.http(tls), keys, context.userAgent()));
    }

    private static AwsKeys.Provider keys(
            S3Auth auth, S3Location location, Tls tls, StoreContext context)
            throws SourceException.Refused {
        return switch (auth) {
            case S3Auth.Anonymous anonymous -> () -> null;
            case S3Auth.AccessKey key -> {
                AwsKeys keys =
                        new AwsKeys(
                                context.credential("ACCESS_KEY_ID"),
                                context.credential("SECRET_ACCESS_KEY"),
                                context.optionalCredential("SESSION_TOKEN"));
                yield () -> keys;
            }
            case S3Auth.WebIdentity role ->
                    SdkKeys.webIdentity(
                            role.roleArn(),
                            Path.of(role.tokenFile()),
                            role.sessionName() == null ? "cistern" : role.sessionName(),
                            role.stsRegion() == null ? location.region() : role.stsRegion(),
                            role.stsEndpoint(),
                            tls,
                            context.proxies());
            case S3Auth.DefaultChain chain -> defaultChain(context.environment());
        };
    }

    /// Keys in the environment are taken as they are; only without them the SDK, which knows the other ways, is loaded.
    private static AwsKeys.Provider defaultChain(Map<String, String> environment) {
        String id = environment.get("AWS_ACCESS_KEY_ID");
        String secret = environment.get("AWS_SECRET_ACCESS_KEY");
        if (id == null || id.isEmpty() || secret == null || secret.isEmpty()) {
            return SdkKeys.usualChain();
        }
        @Nullable String token = environment.get("AWS_SESSION_TOKEN");
        AwsKeys keys = new AwsKeys(id, secret, token == null || token.isEmpty() ? null : token);
        return () -> keys;
    }
}
