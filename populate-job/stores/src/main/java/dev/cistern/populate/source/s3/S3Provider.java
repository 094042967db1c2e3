package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.s3.sdk.SdkKeys;
import dev.cistern.populate.source.s3.sdk.TokenService;
import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Options;
import dev.cistern.populate.wire.S3Spec;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Opens sources of S3-compatible stores.
public final class S3Provider {
    private S3Provider() {}

    /// Opens a source, without a request to the store.
    ///
    /// @throws SourceException.Refused when the specification or the environment is invalid
    public static Source open(S3Spec spec, StoreContext context) throws SourceException.Refused {
        S3Location location;
        try {
            location = S3Location.of(spec);
        } catch (IllegalArgumentException e) {
            throw context.wrong("", e.getMessage());
        }
        CustomerKey customerKey = customerKey(spec, location, context);
        Tls tls = context.tls(spec.tls());
        context.checkProxy(location.endpoint());
        AwsKeys.Provider keys = keys(spec, location, tls, context);
        return S3Source.of(
                location,
                spec.prefix(),
                new DirectApi(
                        location,
                        context.http(tls),
                        keys,
                        customerKey,
                        spec.options().requesterPays(),
                        context.userAgent()));
    }

    private static @Nullable CustomerKey customerKey(
            S3Spec spec, S3Location location, StoreContext context) throws SourceException.Refused {
        String file = spec.options().customerKeyFile();
        if (file == null) {
            return null;
        }
        if (!location.endpoint().secure()) {
            throw context.wrong(
                    "options.customerKeyFile",
                    "a customer's key is sent over TLS alone, and the endpoint is "
                            + location.endpoint()
                            + ": give one with https://");
        }
        if (spec.auth() instanceof S3Auth.Anonymous) {
            throw context.wrong(
                    "options.customerKeyFile",
                    "a customer's key goes with signed requests alone: give credentials");
        }
        try {
            return CustomerKey.of(Path.of(file));
        } catch (IllegalArgumentException e) {
            throw context.wrong("options.customerKeyFile", e.getMessage());
        }
    }

    private static AwsKeys.Provider keys(
            S3Spec spec, S3Location location, Tls tls, StoreContext context)
            throws SourceException.Refused {
        return switch (spec.auth()) {
            case S3Auth.Anonymous anonymous -> () -> null;
            case S3Auth.AccessKey key -> RotatingKeys.of(key, context);
            case S3Auth.WebIdentity role ->
                    SdkKeys.webIdentity(
                            role.roleArn(),
                            Path.of(role.tokenFile()),
                            role.sessionName() == null ? "cistern" : role.sessionName(),
                            service(
                                    role.stsRegion() == null ? location.region() : role.stsRegion(),
                                    role.stsEndpoint(),
                                    spec.options(),
                                    tls,
                                    context));
            case S3Auth.Platform platform ->
                    PlatformKeys.of(
                            platform,
                            service(
                                    ofCluster(context, location.region()),
                                    platform.stsEndpoint(),
                                    spec.options(),
                                    tls,
                                    context),
                            context);
            case S3Auth.DefaultChain chain ->
                    UsualChain.of(
                            service(
                                    location.region(),
                                    UsualChain.stsEndpoint(context.environment()),
                                    spec.options(),
                                    tls,
                                    context),
                            context);
        };
    }

    /// The cluster's own region, in which it reaches the token service.
    private static String ofCluster(StoreContext context, String otherwise) {
        String name =
                StoreArguments.variable(context.environment(), "AWS_REGION", "AWS_DEFAULT_REGION");
        return name == null
                ? otherwise
                : context.environment().getOrDefault(name, otherwise).strip();
    }

    private static TokenService service(
            String region,
            @Nullable String endpoint,
            S3Options options,
            Tls tls,
            StoreContext context) {
        return new TokenService(
                region, endpoint, options.dualStack(), options.fips(), () -> context.http(tls));
    }
}
