package dev.cistern.populate.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Somebody else's registry, that of Distribution (CNCF), over a directory, on a loopback port of its own. It wants
/// [#USER] and [#PASSWORD].
public final class RegistryServer implements AutoCloseable {
    public static final String USER = "reader";
    public static final String PASSWORD = "s3cret";

    /// As `htpasswd -B` writes it; the registry takes no other digest.
    private static final String HTPASSWD =
            "reader:$2y$05$abcdefghijklmnopqrstuuLK7U1u6pVRmL7L1BBM2aS35PSZnDXlK\n";

    private final ServerProcess process;
    private final Path storage;

    private RegistryServer(ServerProcess process, Path storage) {
        this.process = process;
        this.storage = storage;
    }

    /// Builds the server, once per version, and starts it.
    ///
    /// @param work directory for the log and the registry's storage
    public static RegistryServer start(Path work) throws IOException, InterruptedException {
        Path storage = Files.createDirectories(work.resolve("storage"));
        Path passwords = Files.writeString(work.resolve("htpasswd"), HTPASSWD);
        return new RegistryServer(
                ServerProcess.start(
                        "registry",
                        work,
                        port -> {
                            String config =
                                    """
                                    version: 0.1
                                    log: {level: warn, accesslog: {disabled: true}}
                                    storage: {filesystem: {rootdirectory: %s}}
                                    auth: {htpasswd: {realm: test, path: %s}}
                                    http: {addr: "127.0.0.1:%d"}
                                    """
                                            .formatted(storage, passwords, port);
                            return List.of("serve", written(work, config));
                        }),
                storage);
    }

    private static String written(Path work, String config) {
        try {
            return Files.writeString(work.resolve("registry.yaml"), config).toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public String endpoint() {
        return process.endpoint();
    }

    /// Host and port.
    public String host() {
        return endpoint().substring("http://".length());
    }

    /// Removes a blob's bytes, as garbage collection does.
    ///
    /// @param sha256 in hex
    public void removeBlob(String sha256) throws IOException {
        Files.delete(
                storage.resolve("docker/registry/v2/blobs/sha256")
                        .resolve(sha256.substring(0, 2))
                        .resolve(sha256)
                        .resolve("data"));
    }

    @Override
    public void close() {
        process.close();
    }
}
