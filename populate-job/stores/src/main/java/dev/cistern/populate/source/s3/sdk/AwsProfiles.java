package dev.cistern.populate.source.s3.sdk;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;

/// AWS's shared files: `~/.aws/config` and `~/.aws/credentials`, or those in `AWS_CONFIG_FILE` and
/// `AWS_SHARED_CREDENTIALS_FILE`; and the profile that `AWS_PROFILE` selects. The SDK parses them.
public final class AwsProfiles {
    private static final String PROFILE = "AWS_PROFILE";
    private static final String USUAL = "default";

    private final Map<Path, ProfileFile.Type> files;
    private final String name;
    private final boolean chosen;
    private @Nullable ProfileFile content;

    private AwsProfiles(Map<Path, ProfileFile.Type> files, String name, boolean chosen) {
        this.files = files;
        this.name = name;
        this.chosen = chosen;
    }

    /// The profiles that an environment names.
    ///
    /// @throws IllegalArgumentException naming the variable whose file does not exist
    public static AwsProfiles of(Map<String, String> environment) {
        Map<Path, ProfileFile.Type> files = new LinkedHashMap<>();
        add(files, environment, "AWS_CONFIG_FILE", "config", ProfileFile.Type.CONFIGURATION);
        add(
                files,
                environment,
                "AWS_SHARED_CREDENTIALS_FILE",
                "credentials",
                ProfileFile.Type.CREDENTIALS);
        String given = environment.getOrDefault(PROFILE, "");
        return new AwsProfiles(files, given.isEmpty() ? USUAL : given, !given.isEmpty());
    }

    private static void add(
            Map<Path, ProfileFile.Type> files,
            Map<String, String> environment,
            String variable,
            String usual,
            ProfileFile.Type type) {
        String given = environment.getOrDefault(variable, "");
        String home = environment.getOrDefault("HOME", "");
        if (!given.isEmpty()) {
            Path file = Path.of(given.startsWith("~/") ? home + given.substring(1) : given);
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException(
                        variable + " is " + given + ", which cannot be read");
            }
            files.put(file, type);
        } else if (!home.isEmpty() && Files.isReadable(Path.of(home, ".aws", usual))) {
            files.put(Path.of(home, ".aws", usual), type);
        }
    }

    /// The name of the profile that is used.
    public String name() {
        return name;
    }

    /// Whether the profile was chosen by `AWS_PROFILE`.
    public boolean chosen() {
        return chosen;
    }

    /// The files, for messages.
    String where() {
        return files.isEmpty()
                ? "~/.aws/config or ~/.aws/credentials"
                : files.keySet().stream().map(Path::toString).collect(Collectors.joining(" or "));
    }

    /// A setting of the profile that is used; null where it has none.
    ///
    /// @throws IllegalArgumentException when a file makes no sense, or there is no profile of the name in `AWS_PROFILE`
    public @Nullable String setting(String key) {
        Profile used = used();
        return used == null ? null : used.property(key).map(String::strip).orElse(null);
    }

    /// The profile that is used; null where there is none and none was chosen.
    ///
    /// @throws IllegalArgumentException when a file makes no sense, or there is no profile of the name in `AWS_PROFILE`
    @Nullable Profile used() {
        if (files.isEmpty() && !chosen) {
            return null;
        }
        Optional<Profile> found = profile(name);
        if (found.isEmpty() && chosen) {
            throw new IllegalArgumentException(
                    PROFILE + " is " + name + ", and there is no such profile in " + where());
        }
        return found.orElse(null);
    }

    /// A profile by its name.
    ///
    /// @throws IllegalArgumentException when a file makes no sense
    Optional<Profile> profile(String other) {
        ProfileFile known = content;
        if (known == null) {
            known = read();
            content = known;
        }
        return known.profile(other);
    }

    private ProfileFile read() {
        ProfileFile.Aggregator all = ProfileFile.aggregator();
        for (Map.Entry<Path, ProfileFile.Type> file : files.entrySet()) {
            try {
                all.addFile(
                        ProfileFile.builder().content(file.getKey()).type(file.getValue()).build());
            } catch (RuntimeException e) {
                // The parser's message has the line number, not its content.
                throw new IllegalArgumentException(
                        file.getKey() + " is no file of AWS profiles: " + e.getMessage(), e);
            }
        }
        return all.build();
    }
}
