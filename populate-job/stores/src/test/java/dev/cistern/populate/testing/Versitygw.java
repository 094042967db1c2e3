package dev.cistern.populate.testing;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A real S3 server, versitygw over a directory, on a loopback port of its own.
public final class Versitygw implements AutoCloseable {
    public static final String KEY_ID = "it-key";
    public static final String SECRET = "it-secret";

    private final Process process;
    private final int port;

    private Versitygw(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Builds the server, once per version, and starts it.
    ///
    /// @param work directory for data and logs
    public static Versitygw start(Path work) throws IOException, InterruptedException {
        Path data = Files.createDirectories(work.resolve("s3-data"));
        Path metadata = Files.createDirectories(work.resolve("metadata"));
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        File log = work.resolve("versitygw.log").toFile();
        ProcessBuilder builder =
                new ProcessBuilder(
                        List.of(
                                Parts.program("versitygw").toString(),
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
                                data.toString()));
        builder.environment().remove("AWS_CA_BUNDLE");
        Process process = builder.redirectErrorStream(true).redirectOutput(log).start();
        for (int i = 0; i < 200 && process.isAlive(); i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return new Versitygw(process, port);
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        process.destroyForcibly();
        throw new IOException("versitygw did not start: " + Files.readString(log.toPath()));
    }

    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
