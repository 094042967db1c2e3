package dev.cistern.populate.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/// The servers that `test/cluster/cluster` builds, once per version.
public final class Parts {
    private Parts() {}

    /// The file of a program, built if it is not there yet.
    public static Path program(String name) throws IOException, InterruptedException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("test/cluster/cluster"))) {
            root =
                    Objects.requireNonNull(
                            root.getParent(), "no test/cluster/cluster above the module");
        }
        Process part =
                new ProcessBuilder(root.resolve("test/cluster/cluster").toString(), "part", name)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String printed = new String(part.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (part.waitFor() != 0) {
            throw new IOException("test/cluster/cluster part " + name + " failed");
        }
        Path path = Path.of(printed.strip().lines().reduce((a, b) -> b).orElse(""));
        if (Files.isRegularFile(path)) {
            return path;
        }
        try (Stream<Path> files = Files.walk(path, 2)) {
            return files.filter(f -> f.endsWith(name) && Files.isRegularFile(f))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
