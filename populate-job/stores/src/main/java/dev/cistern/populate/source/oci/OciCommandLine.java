package dev.cistern.populate.source.oci;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.OciAuth;
import dev.cistern.populate.wire.OciReference;
import dev.cistern.populate.wire.OciSpec;
import dev.cistern.populate.wire.StoreSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `oci://HOST/NAME:TAG` and its options.
public final class OciCommandLine implements StoreCommandLine {
    /// Prefix of the credential variables.
    static final String VARIABLES = "CISTERN_OCI_";

    private static final String SCHEME = "oci://";
    private static final String FORM = "oci://HOST/NAME:TAG";

    private static final StoreOption PLATFORM =
            new StoreOption(
                    "--platform", "OS/ARCH", "which image of several (default: this machine's)");
    private static final StoreOption PLAIN_HTTP =
            new StoreOption("--plain-http", null, "the registry is reached without TLS");

    @Override
    public List<String> schemes() {
        return List.of(SCHEME);
    }

    @Override
    public String form() {
        return FORM;
    }

    @Override
    public List<StoreOption> options() {
        return List.of(
                PLATFORM,
                PLAIN_HTTP,
                StoreOption.ANONYMOUS,
                StoreOption.CA_FILE,
                StoreOption.INSECURE);
    }

    @Override
    public String credentials() {
        return """
        Credentials: CISTERN_OCI_TOKEN, else CISTERN_OCI_USERNAME and CISTERN_OCI_PASSWORD, else what `docker login` and `podman login`
        leave in REGISTRY_AUTH_FILE, DOCKER_CONFIG/config.json or ~/.docker/config.json. Credential helpers are not run.
        """;
    }

    @Override
    public Class<? extends StoreSpec> specType() {
        return OciSpec.class;
    }

    @Override
    public OciSpec spec(String source, StoreArguments given, Map<String, String> environment)
            throws UsageException {
        int slash = source.indexOf('/', SCHEME.length());
        String host = source.substring(SCHEME.length(), Math.max(SCHEME.length(), slash));
        if (host.isEmpty()) {
            throw new UsageException(
                    "the source must look like " + FORM + ", not \"" + source + '"');
        }
        OciReference artifact;
        try {
            artifact = OciReference.parse(source.substring(slash + 1));
        } catch (IllegalArgumentException e) {
            throw new UsageException("the source: " + e.getMessage());
        }
        String platform = given.value(PLATFORM);
        if (platform != null && !OciSpec.isPlatform(platform)) {
            throw new UsageException(
                    PLATFORM.name()
                            + " must look like linux/amd64 or linux/arm/v7, not \""
                            + platform
                            + '"');
        }
        return new OciSpec(
                StoreArguments.endpoint(
                        "the source", (given.has(PLAIN_HTTP) ? "http://" : "https://") + host),
                artifact,
                platform,
                given.tls(),
                given.has(StoreOption.ANONYMOUS) ? new OciAuth.Anonymous() : auth(environment));
    }

    private static OciAuth auth(Map<String, String> environment) throws UsageException {
        boolean user = isSet(environment, "USERNAME");
        boolean password = isSet(environment, "PASSWORD");
        if (isSet(environment, "TOKEN")) {
            return new OciAuth.Bearer();
        }
        if (user != password) {
            throw new UsageException(
                    "set both " + VARIABLES + "USERNAME and " + VARIABLES + "PASSWORD, or neither");
        }
        if (user) {
            return new OciAuth.Basic();
        }
        String file = config(environment);
        return file == null ? new OciAuth.Anonymous() : new OciAuth.DockerConfig(file);
    }

    private static boolean isSet(Map<String, String> environment, String name) {
        return !environment.getOrDefault(VARIABLES + name, "").isEmpty();
    }

    /// The credentials file of container tools; null where there is none.
    private static @Nullable String config(Map<String, String> environment) throws UsageException {
        String named = environment.getOrDefault("REGISTRY_AUTH_FILE", "");
        if (!named.isEmpty()) {
            if (!Files.isReadable(Path.of(named)) || Files.isDirectory(Path.of(named))) {
                throw new UsageException(
                        "REGISTRY_AUTH_FILE is "
                                + named
                                + ", which cannot be read: set it to a file that is there, or unset"
                                + " it");
            }
            return named;
        }
        // Docker, too, ignores a directory without the file.
        String directory = environment.getOrDefault("DOCKER_CONFIG", "");
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        String home = environment.getOrDefault("HOME", "");
        List<Path> usual =
                directory.isEmpty()
                        ? List.of(
                                Path.of(runtime, "containers", "auth.json"),
                                Path.of(home, ".docker", "config.json"))
                        : List.of(Path.of(directory, "config.json").toAbsolutePath());
        for (Path file : usual) {
            if (file.isAbsolute() && Files.isReadable(file)) {
                return file.toString();
            }
        }
        return null;
    }
}
