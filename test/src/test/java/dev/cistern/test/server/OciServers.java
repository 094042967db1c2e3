package dev.cistern.test.server;

import dev.cistern.doubles.oci.Artifact;
import dev.cistern.doubles.oci.StrictRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/// The process that holds a strict registry and its token service, where pods reach them.
///
/// Arguments: the address to listen on, the ports of the registry and of the token service, and a directory. What lies
/// below `files/` in it becomes the files of `models/llama:v1`, and `model.tar.gz` in it the one layer of
/// `models/packed:v1`, a model. [#USER] may pull both with [#PASSWORD].
public final class OciServers {
    public static final String USER = "reader";
    public static final String PASSWORD = "s3cret";

    private OciServers() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[3]);
        StrictRegistry registry =
                new StrictRegistry(
                        new InetSocketAddress(args[0], Integer.parseInt(args[1])),
                        new InetSocketAddress(args[0], Integer.parseInt(args[2])));
        registry.access(StrictRegistry.Access.TOKEN);
        registry.user(USER, PASSWORD);
        registry.mayRead("models/llama", USER);
        registry.mayRead("models/packed", USER);
        Path files = directory.resolve("files");
        Artifact artifact = new Artifact(registry, "models/llama");
        try (Stream<Path> all = Files.walk(files)) {
            for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                artifact.file(files.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        artifact.push("v1");
        new Artifact(registry, "models/packed")
                .layer(
                        "application/vnd.cncf.model.weight.v1.tar+gzip",
                        Files.readAllBytes(directory.resolve("model.tar.gz")),
                        Map.of())
                .push("v1");
        System.out.printf("registry on %s:%s, tokens on port %s%n", args[0], args[1], args[2]);
        new CountDownLatch(1).await();
    }

    /// The command that starts it.
    public static List<String> command(
            String address, int registryPort, int tokenPort, Path directory) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OciServers.class.getName(),
                address,
                String.valueOf(registryPort),
                String.valueOf(tokenPort),
                directory.toString());
    }
}
