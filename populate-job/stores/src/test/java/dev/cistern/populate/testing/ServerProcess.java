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
import java.util.function.IntFunction;

/// A program that listens on a loopback port of its own.
final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final int port;

    private ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Starts it and waits, 10 s at most, until it accepts connections.
    ///
    /// @param name of the program, a part of the local cluster; built once per version
    /// @param work directory for the log
    /// @param arguments for a port
    static ServerProcess start(String name, Path work, IntFunction<List<String>> arguments)
            throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        File log = work.resolve(name + ".log").toFile();
        ProcessBuilder builder = new ProcessBuilder(Parts.program(name).toString());
        builder.command().addAll(arguments.apply(port));
        builder.environment().remove("AWS_CA_BUNDLE");
        Process process = builder.redirectErrorStream(true).redirectOutput(log).start();
        for (int i = 0; i < 200 && process.isAlive(); i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return new ServerProcess(process, port);
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        process.destroyForcibly();
        throw new IOException(name + " did not start: " + Files.readString(log.toPath()));
    }

    String endpoint() {
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
