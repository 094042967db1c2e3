package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.s3.sdk.AwsProfiles;
import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Defaults of options: variables, and the profile of AWS's shared files, which is read only where no variable is set.
final class AwsSettings {
    private final Map<String, String> environment;
    private @Nullable AwsProfiles profiles;

    /// A setting.
    ///
    /// @param name of the variable or file, for messages
    record Found(String name, String value) {}

    AwsSettings(Map<String, String> environment) {
        this.environment = environment;
    }

    /// The first set variable, or else the profile's setting; null where none is.
    @Nullable Found first(String profileKey, String... variables) throws UsageException {
        String name = StoreArguments.variable(environment, variables);
        if (name != null) {
            return new Found(name, environment.getOrDefault(name, ""));
        }
        if (!hasProfiles()) {
            return null;
        }
        try {
            AwsProfiles files = profiles;
            if (files == null) {
                files = AwsProfiles.of(environment);
                profiles = files;
            }
            String value = files.setting(profileKey);
            return value == null || value.isEmpty()
                    ? null
                    : new Found(profileKey + " of profile " + files.name(), value);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /// Without SDK classes, which take long to load.
    private boolean hasProfiles() {
        String home = environment.getOrDefault("HOME", "");
        return StoreArguments.variable(
                                environment,
                                "AWS_PROFILE",
                                "AWS_CONFIG_FILE",
                                "AWS_SHARED_CREDENTIALS_FILE")
                        != null
                || (!home.isEmpty()
                        && (Files.exists(Path.of(home, ".aws", "config"))
                                || Files.exists(Path.of(home, ".aws", "credentials"))));
    }

    boolean flag(String variable, String profileKey) throws UsageException {
        Found found = first(profileKey, variable);
        if (found == null || found.value.equalsIgnoreCase("false")) {
            return false;
        }
        if (!found.value.equalsIgnoreCase("true")) {
            throw new UsageException(
                    found.name + " must be true or false, not \"" + found.value + '"');
        }
        return true;
    }
}
