package dev.cistern.populate.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// fake-gcs-server, in memory, on its own loopback port. It checks no credentials.
public final class FakeGcsServer implements AutoCloseable {
    private final ServerProcess process;

    private FakeGcsServer(ServerProcess process) {
        this.process = process;
    }

    /// Builds the server, once per version, and starts it.
    ///
    /// @param work directory for the log
    public static FakeGcsServer start(Path work) throws IOException, InterruptedException {
        String seed = Files.createDirectories(work.resolve("seed")).toString();
        return new FakeGcsServer(
                ServerProcess.start(
                        "fake-gcs-server",
                        work,
                        port ->
                                List.of(
                                        "-scheme",
                                        "http",
                                        "-host",
                                        "127.0.0.1",
                                        "-port",
                                        String.valueOf(port),
                                        "-public-host",
                                        "127.0.0.1:" + port,
                                        "-backend",
                                        "memory",
                                        "-data",
                                        seed,
                                        "-log-level",
                                        "warn")));
    }

    public String endpoint() {
        return process.endpoint();
    }

    @Override
    public void close() {
        process.close();
    }
}
