package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.s3.sdk.AwsProfiles;
import dev.cistern.populate.source.s3.sdk.ProfileKeys;
import dev.cistern.populate.source.s3.sdk.TokenService;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.Reason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where AWS's own tools look for keys, in their order: the environment, a role and a token file that it names, a profile, the container's
/// agent, the instance. The first that is set counts: what is wrong with it is said, and not passed over.
final class UsualChain {
    private UsualChain() {}

    /// The keys of the command.
    ///
    /// @param service that gives keys of roles
    /// @throws SourceException.Refused naming what is set and makes no sense
    static AwsKeys.Provider of(TokenService service, StoreContext context)
            throws SourceException.Refused {
        Map<String, String> environment = context.environment();
        AwsKeys.Provider given = ofEnvironment(environment);
        if (given != null) {
            // Without a class of the SDK's: they take a fifth of a second to load.
            return given;
        }
        if (PlatformKeys.namesRole(environment)) {
            return PlatformKeys.ofRole(null, service, environment);
        }
        AwsKeys.Provider profile = ofProfile(service, context);
        if (profile != null) {
            return profile;
        }
        return ContainerKeys.isIn(environment)
                ? PlatformKeys.ofContainer(context)
                : ProfileKeys.ofInstance();
    }

    private static AwsKeys.@Nullable Provider ofEnvironment(Map<String, String> environment) {
        String id = environment.getOrDefault("AWS_ACCESS_KEY_ID", "");
        String secret = environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "");
        if (id.isEmpty() || secret.isEmpty()) {
            return null;
        }
        String token = environment.getOrDefault("AWS_SESSION_TOKEN", "");
        AwsKeys keys = new AwsKeys(id, secret, token.isEmpty() ? null : token);
        return () -> keys;
    }

    private static AwsKeys.@Nullable Provider ofProfile(TokenService service, StoreContext context)
            throws SourceException.Refused {
        Map<String, String> environment = context.environment();
        AwsProfiles profiles;
        try {
            profiles = AwsProfiles.of(environment);
        } catch (IllegalArgumentException e) {
            throw new SourceException.Refused(
                    Reason.INVALID_CREDENTIALS, String.valueOf(e.getMessage()), e);
        }
        return new ProfileKeys(
                        profiles, service, environment, () -> PlatformKeys.ofContainer(context))
                .keys();
    }

    /// The token service that an environment names; null where it names none.
    static @Nullable String stsEndpoint(Map<String, String> environment) {
        for (String name : new String[] {"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"}) {
            String url = environment.getOrDefault(name, "");
            if (!url.isEmpty()) {
                return url;
            }
        }
        return null;
    }
}
