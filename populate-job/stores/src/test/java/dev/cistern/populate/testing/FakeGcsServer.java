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

/// Somebody else's Google Cloud Storage, fake-gcs-server in memory, on a loopback port of its own. It checks no credentials.
public final class FakeGcsServer implements AutoCloseable {
    private final Process process;
    private final int port;

    private FakeGcsServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Builds the server, once per version, and starts it.
    ///
    /// @param work directory for the log
    public static FakeGcsServer start(Path work) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        File log = work.resolve("fake-gcs-server.log").toFile();
        Process process =
                new ProcessBuilder(
                                List.of(
                                        Parts.program("fake-gcs-server").toString(),
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
                                        Files.createDirectories(work.resolve("seed")).toString(),
                                        "-log-level",
                                        "warn"))
                        .redirectErrorStream(true)
                        .redirectOutput(log)
                        .start();
        for (int i = 0; i < 200 && process.isAlive(); i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return new FakeGcsServer(process, port);
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        process.destroyForcibly();
        throw new IOException("fake-gcs-server did not start: " + Files.readString(log.toPath()));
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
