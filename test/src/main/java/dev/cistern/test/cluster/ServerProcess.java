package dev.cistern.test.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A server that runs beside the cluster's pods.
public final class ServerProcess implements AutoCloseable {
    private final String name;
    private final Process process;
    private final Map<Integer, InetSocketAddress> local;
    private final Path log;

    private ServerProcess(
            String name, Process process, Map<Integer, InetSocketAddress> local, Path log) {
        this.name = name;
        this.process = process;
        this.local = Map.copyOf(local);
        this.log = log;
    }

    /// Starts `command` and waits until each of its ports answers.
    ///
    /// @param local the address on this host for each of the server's ports
    static ServerProcess start(
            String name, List<String> command, Map<Integer, InetSocketAddress> local, Path log) {
        try {
            java.nio.file.Files.createDirectories(log.toAbsolutePath().getParent());
            var builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().remove("AWS_CA_BUNDLE");
            Process process = builder.redirectOutput(log.toFile()).start();
            process.getOutputStream().close();
            var server = new ServerProcess(name, process, local, log);
            // Also when this JVM is interrupted with Ctrl-C: no process is left running.
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop-" + name));
            server.awaitListening(Duration.ofSeconds(30));
            return server;
        } catch (IOException e) {
            throw new ClusterException("cannot start server " + name, e);
        }
    }

    /// The address on this host that is forwarded to the server's `port`.
    public InetSocketAddress local(int port) {
        InetSocketAddress address = local.get(port);
        if (address == null) {
            throw new ClusterException("server " + name + " was not started with port " + port);
        }
        return address;
    }

    private void awaitListening(Duration limit) throws IOException {
        Instant end = Instant.now().plus(limit);
        for (InetSocketAddress address : local.values()) {
            while (!answers(address)) {
                if (!process.isAlive() || Instant.now().isAfter(end)) {
                    close();
                    throw new ClusterException(
                            "server %s does not listen on %s; it said:%n%s"
                                    .formatted(name, address, java.nio.file.Files.readString(log)));
                }
                pause();
            }
        }
    }

    /// A forwarder accepts before the server behind it listens and then closes: a connection that stays open counts.
    private static boolean answers(InetSocketAddress address) {
        try (var socket = new Socket()) {
            socket.connect(address, 1000);
            socket.setSoTimeout(150);
            return socket.getInputStream().read() >= 0;
        } catch (java.net.SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted while a server started", e);
        }
    }

    @Override
    public void close() {
        var all = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
