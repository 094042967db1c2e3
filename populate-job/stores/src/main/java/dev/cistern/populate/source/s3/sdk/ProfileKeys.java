package dev.cistern.populate.source.s3.sdk;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.s3.AwsKeys;
import dev.cistern.populate.wire.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProcessCredentialsProvider;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;

/// The keys of a profile of AWS's shared files: static ones, those of a role (`role_arn` with `source_profile`,
/// `credential_source` or `web_identity_token_file`), or the output of a program (`credential_process`). Interactive
/// logins and second factors are rejected with what to do instead.
public final class ProfileKeys {
    /// Limit of chained roles; AWS limits such a session to an hour.
    private static final int MAX_CHAIN = 8;

    private final AwsProfiles profiles;
    private final TokenService service;
    private final Map<String, String> environment;
    private final Container container;

    /// Provides the keys of the container's agent.
    @FunctionalInterface
    public interface Container {
        /// @throws SourceException.Refused when the environment names no agent, or an invalid one
        AwsKeys.Provider keys() throws SourceException.Refused;
    }

    /// @param service that issues keys of roles
    /// @param container keys of the container's agent, where a profile uses that
    public ProfileKeys(
            AwsProfiles profiles,
            TokenService service,
            Map<String, String> environment,
            Container container) {
        this.profiles = profiles;
        this.service = service;
        this.environment = environment;
        this.container = container;
    }

    /// The keys of the selected profile; null where it has none, and was not selected by name.
    ///
    /// @throws SourceException.Refused naming the profile and its problem
    public AwsKeys.@Nullable Provider keys() throws SourceException.Refused {
        Profile used;
        try {
            used = profiles.used();
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
        AwsKeys.Provider found = used == null ? null : of(used, new ArrayList<>());
        if (found == null && used != null && profiles.chosen()) {
            throw wrong(
                    used,
                    "has no credentials: give aws_access_key_id and aws_secret_access_key,"
                            + " role_arn, or credential_process");
        }
        return found;
    }

    private AwsKeys.@Nullable Provider of(Profile profile, List<String> chain)
            throws SourceException.Refused {
        if (chain.size() >= MAX_CHAIN) {
            throw wrong(profile, "is at the end of a chain that is too long: " + chain);
        }
        // A profile that names itself as its source uses its own static keys.
        boolean again = chain.contains(profile.name());
        if (again && !chain.getLast().equals(profile.name())) {
            throw wrong(profile, "is, by way of others, its own source_profile: " + chain);
        }
        chain.add(profile.name());
        String role = text(profile, "role_arn");
        if (role != null && !again) {
            return ofRole(profile, role, chain);
        }
        String id = text(profile, "aws_access_key_id");
        if (id != null) {
            AwsKeys keys =
                    new AwsKeys(
                            id,
                            required(profile, "aws_secret_access_key"),
                            text(profile, "aws_session_token"));
            return () -> keys;
        }
        for (String key : List.of("sso_session", "sso_start_url", "login_session")) {
            if (text(profile, key) != null) {
                throw wrong(
                        profile,
                        "logs in at a browser ("
                                + key
                                + "), which cistern cannot: log in with the AWS CLI, and run eval"
                                + " \"$(aws configure export-credentials --profile "
                                + profile.name()
                                + " --format env)\"");
            }
        }
        String command = text(profile, "credential_process");
        return command == null ? null : ofProcess(profile, command);
    }

    private AwsKeys.Provider ofProcess(Profile profile, String command) {
        ProcessCredentialsProvider process =
                ProcessCredentialsProvider.builder().command(command).build();
        return new SdkKeys(
                process,
                new SdkKeys.Subject(
                        "profile " + profile.name() + ", by its credential_process",
                        false,
                        "run it by hand to see what it says"),
                List.of(process));
    }

    private AwsKeys.Provider ofRole(Profile profile, String role, List<String> chain)
            throws SourceException.Refused {
        if (text(profile, "mfa_serial") != null) {
            throw wrong(
                    profile,
                    "asks for a second factor (mfa_serial), which cistern cannot: run eval \"$(aws"
                            + " configure export-credentials --profile "
                            + profile.name()
                            + " --format env)\"");
        }
        String session = text(profile, "role_session_name");
        String region = text(profile, "region");
        TokenService here = region == null ? service : service.in(region);
        String tokenFile = text(profile, "web_identity_token_file");
        if (tokenFile != null) {
            return SdkKeys.webIdentity(
                    role, Path.of(tokenFile), session == null ? "cistern" : session, here);
        }
        String external = text(profile, "external_id");
        Integer seconds = seconds(profile);
        AwsKeys.Provider base = base(profile, chain);
        return SdkKeys.assumedRole(
                base,
                role,
                (AssumeRoleRequest.Builder request) ->
                        request.roleArn(role)
                                .roleSessionName(session == null ? "cistern" : session)
                                .externalId(external)
                                .durationSeconds(seconds),
                here);
    }

    private @Nullable Integer seconds(Profile profile) throws SourceException.Refused {
        String text = text(profile, "duration_seconds");
        if (text == null) {
            return null;
        }
        if (!text.matches("[0-9]{1,5}")) {
            throw wrong(profile, "has a duration_seconds that is no number of seconds: " + text);
        }
        return Integer.valueOf(text);
    }

    /// The keys for assuming a role.
    private AwsKeys.Provider base(Profile profile, List<String> chain)
            throws SourceException.Refused {
        String source = text(profile, "source_profile");
        String kind = text(profile, "credential_source");
        if ((source == null) == (kind == null)) {
            throw wrong(
                    profile,
                    "has role_arn, and needs either source_profile or credential_source beside it,"
                            + " or web_identity_token_file");
        }
        if (source == null) {
            return ofSource(profile, String.valueOf(kind));
        }
        Profile from =
                profiles.profile(source)
                        .orElseThrow(
                                () ->
                                        wrong(
                                                profile,
                                                "names source_profile "
                                                        + source
                                                        + ", and there is no such profile in "
                                                        + profiles.where()));
        AwsKeys.Provider keys = of(from, chain);
        if (keys == null) {
            throw wrong(profile, "names source_profile " + source + ", which has no credentials");
        }
        return keys;
    }

    private AwsKeys.Provider ofSource(Profile profile, String kind) throws SourceException.Refused {
        return switch (kind) {
            case "Environment" -> {
                String id = environment.getOrDefault("AWS_ACCESS_KEY_ID", "");
                String secret = environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "");
                String token = environment.getOrDefault("AWS_SESSION_TOKEN", "");
                if (id.isEmpty() || secret.isEmpty()) {
                    throw wrong(
                            profile,
                            "has credential_source Environment: set AWS_ACCESS_KEY_ID and"
                                    + " AWS_SECRET_ACCESS_KEY");
                }
                AwsKeys keys = new AwsKeys(id, secret, token.isEmpty() ? null : token);
                yield () -> keys;
            }
            case "Ec2InstanceMetadata" -> ofInstance();
            case "EcsContainer" -> container.keys();
            default ->
                    throw wrong(
                            profile,
                            "has credential_source "
                                    + kind
                                    + "; known are Environment, Ec2InstanceMetadata and"
                                    + " EcsContainer");
        };
    }

    /// The keys of the instance's role.
    public static AwsKeys.Provider ofInstance() {
        InstanceProfileCredentialsProvider instance =
                InstanceProfileCredentialsProvider.builder().build();
        return new SdkKeys(
                instance,
                new SdkKeys.Subject(
                        "the instance, after environment, profile and container had none",
                        false,
                        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or read"
                                + " anonymously"),
                List.of(instance));
    }

    private static @Nullable String text(Profile profile, String key) {
        String value = profile.property(key).map(String::strip).orElse("");
        return value.isEmpty() ? null : value;
    }

    private String required(Profile profile, String key) throws SourceException.Refused {
        String value = text(profile, key);
        if (value == null) {
            throw wrong(profile, "has no " + key);
        }
        return value;
    }

    private SourceException.Refused wrong(Profile profile, String problem) {
        return refused("profile " + profile.name() + " of " + profiles.where() + " " + problem);
    }

    private static SourceException.Refused refused(String message) {
        return new SourceException.Refused(Reason.INVALID_CREDENTIALS, message, null);
    }
}
