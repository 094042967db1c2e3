package dev.cistern.populate.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A real S3 server: versitygw over a directory, on its own loopback port.
public final class Versitygw implements AutoCloseable {
    public static final String KEY_ID = "it-key";
    public static final String SECRET = "it-secret";

    private final ServerProcess process;

    private Versitygw(ServerProcess process) {
        this.process = process;
    }

    /// Builds the server, once per version, and starts it.
    ///
    /// @param work directory for data and logs
    public static Versitygw start(Path work) throws IOException, InterruptedException {
        Path data = Files.createDirectories(work.resolve("s3-data"));
        Path metadata = Files.createDirectories(work.resolve("metadata"));
        return new Versitygw(
                ServerProcess.start(
                        "versitygw",
                        work,
                        port ->
                                List.of(
                                        "--port",
                                        "127.0.0.1:" + port,
                                        "--access",
                                        KEY_ID,
                                        "--secret",
                                        SECRET,
                                        "--region",
                                        "us-east-1",
                                        "--keep-alive",
                                        "--quiet",
                                        "posix",
                                        "--sidecar",
                                        metadata.toString(),
                                        data.toString())));
    }

    public String endpoint() {
        return process.endpoint();
    }

    @Override
    public void close() {
        process.close();
    }
}
