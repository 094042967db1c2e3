package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.s3.sdk.AwsProfiles;
import dev.cistern.populate.source.s3.sdk.ProfileKeys;
import dev.cistern.populate.source.s3.sdk.TokenService;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.Reason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// AWS's default credential chain, in order: the environment, a role with a token file, a profile, the container's
/// agent, the instance. The first configured one is used; its errors are reported instead of being skipped.
final class UsualChain {
    private UsualChain() {}

    /// The keys of the command.
    ///
    /// @param service that issues keys of roles
    /// @throws SourceException.Refused naming the invalid setting
    static AwsKeys.Provider of(TokenService service, StoreContext context)
            throws SourceException.Refused {
        Map<String, String> environment = context.environment();
        AwsKeys.Provider given = ofEnvironment(environment);
        if (given != null) {
            // Without SDK classes, which take a fifth of a second to load.
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

    /// The token service of the environment; null where it names none.
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
