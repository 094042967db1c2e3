package dev.cistern.csi;

import dev.cistern.csi.pool.PoolSettings;
import dev.cistern.environment.ChangedVariable;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Configuration of the program, without secrets.
///
/// @param node the node's name in Kubernetes
/// @param csiSocket where the CSI calls are served; kubelet sees the same path
/// @param socketGroup id of the group that may use the CSI socket, in addition to root
/// @param registrationSocket socket through which kubelet discovers the driver; empty for no registration
/// @param httpHost where `/healthz` and `/metrics` are served
/// @param httpPort 0 for any free port
record Config(
        String node,
        Path csiSocket,
        int socketGroup,
        Optional<Path> registrationSocket,
        String httpHost,
        int httpPort,
        PoolSettings pool) {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})(Ki|Mi|Gi|Ti)?");
    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})%");
    private static final Pattern NODE_NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

    /// Maximum length of a topology segment's value.
    private static final int LABEL_CHARACTERS = 63;

    private static final long MINIMUM_IMAGE_BYTES = 256L << 20;

    /// Maximum size of a file on both ext4 and XFS, 16 TiB.
    private static final long MAXIMUM_IMAGE_BYTES = 16L << 40;

    /// The kernel's `sun_path` less its final NUL and the dot that a socket's name starts with before it is ready.
    private static final int SOCKET_PATH_CHARACTERS = 106;

    /// Variables of the last release.
    static final List<ChangedVariable> CHANGED =
            List.of(ChangedVariable.renamed("CISTERN_LOG", "CISTERN_LOG_FORMAT"));

    /// An invalid configuration, with all its problems.
    static final class InvalidConfig extends RuntimeException {
        InvalidConfig(List<String> problems) {
            super(String.join("; ", problems), null, false, false);
        }
    }

    /// Reads the configuration from environment variables.
    ///
    /// @throws InvalidConfig with all problems at once
    static Config from(Map<String, String> environment) {
        return from(environment, System.getProperty("sun.jnu.encoding", ""));
    }

    /// @param pathEncoding the JVM's encoding of paths, which it takes from the locale
    static Config from(Map<String, String> environment, String pathEncoding) {
        Reader reader = new Reader(environment, new ArrayList<>());
        reader.requireUtf8(pathEncoding);
        Config config =
                new Config(
                        reader.required("NODE_NAME", "node", Config::nodeName),
                        reader.optional(
                                "CSI_ENDPOINT",
                                "unix:///var/lib/kubelet/plugins/local.cistern.dev/csi.sock",
                                Config::socket),
                        reader.optional("CSI_SOCKET_GROUP", "0", Config::group),
                        reader.optional(
                                "CISTERN_REGISTRATION_SOCKET",
                                "/var/lib/kubelet/plugins_registry/local.cistern.dev-reg.sock",
                                text ->
                                        text.equals("none")
                                                ? Optional.empty()
                                                : Optional.of(socket(text))),
                        reader.optional("CISTERN_HTTP_ADDRESS", "127.0.0.1:9808", Config::host),
                        reader.optional("CISTERN_HTTP_ADDRESS", "127.0.0.1:9808", Config::port),
                        new PoolSettings(
                                reader.optional(
                                        "CISTERN_POOL_DIR", "/var/lib/cistern", Config::absolute),
                                reader.optional("CISTERN_POOL_KIND", "auto", Config::kind),
                                reader.optional("CISTERN_POOL_SIZE", "80%", Config::imageSize),
                                reader.optional(
                                        "CISTERN_POOL_OVERCOMMIT", "100%", Config::overcommit)));
        if (!reader.problems().isEmpty()) {
            throw new InvalidConfig(reader.problems());
        }
        return config;
    }

    private record Reader(Map<String, String> environment, List<String> problems) {

        /// Kubelet's paths are UTF-8; otherwise calls would fail one by one.
        void requireUtf8(String pathEncoding) {
            if (!pathEncoding.equalsIgnoreCase("UTF-8")) {
                problems.add(
                        "the locale (LC_ALL is \"%s\", LC_CTYPE \"%s\", LANG \"%s\") makes paths \"%s\" and they must be UTF-8: set LC_ALL to C.UTF-8, as the image does"
                                .formatted(
                                        environment.getOrDefault("LC_ALL", ""),
                                        environment.getOrDefault("LC_CTYPE", ""),
                                        environment.getOrDefault("LANG", ""),
                                        pathEncoding));
            }
        }

        <T> T required(String name, String standIn, Function<String, T> parse) {
            String text = environment.getOrDefault(name, "");
            return read(name, text, standIn, parse);
        }

        <T> T optional(String name, String fallback, Function<String, T> parse) {
            String given = environment.getOrDefault(name, "");
            return read(name, given.isEmpty() ? fallback : given, fallback, parse);
        }

        /// After a problem the stand-in replaces the value until everything has been read; then `from` throws.
        private <T> T read(String name, String text, String standIn, Function<String, T> parse) {
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException e) {
                String problem =
                        name
                                + (text.isEmpty() ? " is not set: " : " is \"" + text + "\": ")
                                + e.getMessage();
                if (!problems.contains(problem)) {
                    problems.add(problem);
                }
                return parse.apply(standIn);
            }
        }
    }

    private static String nodeName(String text) {
        if (!NODE_NAME.matcher(text).matches() || text.length() > LABEL_CHARACTERS) {
            throw new IllegalArgumentException(
                    "give the node's name in Kubernetes, at most 63 characters");
        }
        return text;
    }

    private static Path socket(String text) {
        Path path =
                absolute(text.startsWith("unix://") ? text.substring("unix://".length()) : text);
        if (path.toString().length() > SOCKET_PATH_CHARACTERS) {
            throw new IllegalArgumentException("a socket's path has at most 106 characters");
        }
        return path;
    }

    private static int group(String text) {
        try {
            int group = Integer.parseInt(text);
            if (group >= 0) {
                return group;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("give a group's number", e);
        }
        throw new IllegalArgumentException("give a group's number");
    }

    private static Path absolute(String text) {
        try {
            Path path = Path.of(text);
            if (path.isAbsolute() && path.getNameCount() > 0) {
                return path.normalize();
            }
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("not a path", e);
        }
        throw new IllegalArgumentException("give an absolute path");
    }

    private static String host(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("give HOST:PORT");
        }
        return text.substring(0, colon);
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("give HOST:PORT", e);
        }
        throw new IllegalArgumentException("give a port from 0 to 65535");
    }

    private static PoolSettings.Kind kind(String text) {
        return switch (text) {
            case "auto" -> PoolSettings.Kind.AUTO;
            case "btrfs" -> PoolSettings.Kind.BTRFS;
            case "directory" -> PoolSettings.Kind.DIRECTORY;
            default -> throw new IllegalArgumentException("choose auto, btrfs or directory");
        };
    }

    private static PoolSettings.ImageSize imageSize(String text) {
        Matcher percent = PERCENT.matcher(text);
        if (percent.matches()) {
            int value = Integer.parseInt(percent.group(1));
            if (value >= 1 && value <= 100) {
                return new PoolSettings.ImageSize.OfFreeSpace(value);
            }
        }
        Matcher size = SIZE.matcher(text);
        if (size.matches()) {
            long number = Long.parseLong(size.group(1));
            long unit = unit(size.group(2));
            if (number <= MAXIMUM_IMAGE_BYTES / unit && number * unit >= MINIMUM_IMAGE_BYTES) {
                return new PoolSettings.ImageSize.Exactly(number * unit);
            }
        }
        throw new IllegalArgumentException(
                "give a share of the free space, 1% to 100%, or a size from 256Mi to 16Ti, such as"
                        + " 50Gi");
    }

    private static long unit(@org.jspecify.annotations.Nullable String suffix) {
        return switch (suffix) {
            case null -> 1L;
            case "Ki" -> 1L << 10;
            case "Mi" -> 1L << 20;
            case "Gi" -> 1L << 30;
            case "Ti" -> 1L << 40;
            default -> throw new IllegalStateException(suffix);
        };
    }

    private static int overcommit(String text) {
        Matcher percent = Pattern.compile("([0-9]{1,4})%").matcher(text);
        if (percent.matches()) {
            int value = Integer.parseInt(percent.group(1));
            if (value >= 100 && value <= 1000) {
                return value;
            }
        }
        throw new IllegalArgumentException("give 100% (no more than there is) to 1000%");
    }
}
