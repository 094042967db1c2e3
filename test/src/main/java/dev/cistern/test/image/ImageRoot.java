package dev.cistern.test.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.test.cluster.ClusterException;
import dev.cistern.test.cluster.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// An image, unpacked once per digest.
///
/// @param directory its root file system
/// @param entrypoint of its containers
/// @param environment of its containers
public record ImageRoot(Path directory, List<String> entrypoint, Map<String, String> environment) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration UNPACKING = Duration.ofMinutes(2);

    /// Where [ImageProcess] mounts a directory of the host into the root.
    static final String DATA = "/data";

    public ImageRoot {
        entrypoint = List.copyOf(entrypoint);
        environment = Map.copyOf(environment);
    }

    /// The image of the Jobs that was built last, of which `cistern.root` says where the project is.
    public static ImageRoot populate() {
        Path project = Path.of(System.getProperty("cistern.root"));
        return open(
                project.resolve("target/images/populate.tar"),
                project.resolve("test/target/image-roots"));
    }

    /// Unpacks `archive` unless it is unpacked already.
    ///
    /// @param archive OCI tar of one image
    /// @param cache directory with the newest version of each image
    /// @throws ClusterException when it cannot be unpacked; this needs root
    public static synchronized ImageRoot open(Path archive, Path cache) {
        JsonNode index = json(archive, "index.json");
        String digest = index.path("manifests").path(0).path("digest").asText();
        JsonNode manifest = json(archive, blob(digest));
        JsonNode config =
                json(archive, blob(manifest.path("config").path("digest").asText())).path("config");
        List<String> entrypoint = new ArrayList<>();
        config.path("Entrypoint").forEach(part -> entrypoint.add(part.asText()));
        Map<String, String> environment = new TreeMap<>();
        for (JsonNode variable : config.path("Env")) {
            int equals = variable.asText().indexOf('=');
            environment.put(
                    variable.asText().substring(0, equals),
                    variable.asText().substring(equals + 1));
        }
        String name = archive.getFileName().toString().replace(".tar", "");
        Path kept = cache.resolve(name);
        Path root = kept.resolve(digest.replace("sha256:", "").substring(0, 16));
        if (!Files.isDirectory(root)) {
            List<String> layers = new ArrayList<>();
            manifest.path("layers")
                    .forEach(layer -> layers.add(blob(layer.path("digest").asText())));
            unpack(archive, layers, kept, root);
        }
        return new ImageRoot(root, entrypoint, environment);
    }

    private static String blob(String digest) {
        return "blobs/" + digest.replace(':', '/');
    }

    private static JsonNode json(Path archive, String file) {
        String text = Command.of("tar", "-xOf", archive.toString(), file).run().orThrow();
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(archive + ": " + file, e);
        }
    }

    /// Files keep their modification times: the JVM compares those of its jars with the ones in its AOT cache.
    private static void unpack(Path archive, List<String> layers, Path kept, Path root) {
        try {
            if (Files.isDirectory(kept)) {
                try (Stream<Path> old = Files.list(kept)) {
                    old.forEach(dir -> Command.of("rm", "-rf", dir.toString()).run().orThrow());
                }
            }
            Path part = root.resolveSibling(root.getFileName() + ".part");
            Files.createDirectories(part);
            for (String layer : layers) {
                Command.of(
                                "sh",
                                "-c",
                                "tar -xOf \"$1\" \"$2\" | tar -xz --no-same-owner"
                                        + " --keep-directory-symlink -C \"$3\"",
                                "sh",
                                archive.toString(),
                                layer,
                                part.toString())
                        .within(UNPACKING)
                        .run()
                        .orThrow();
            }
            Files.createDirectories(part.resolve(DATA.substring(1)));
            Files.move(part, root, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
