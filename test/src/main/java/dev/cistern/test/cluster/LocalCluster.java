package dev.cistern.test.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The local cluster of `test/cluster`: real components built from Go modules, without a container engine or registry.
/// It has its own network namespaces; servers run in its control network, and only requested ports are forwarded to
/// 127.0.0.1.
public final class LocalCluster implements Cluster {
    /// The control network's only address, the same in every cluster (see `test/cluster/README.md`).
    private static final String CONTROL_ADDRESS = "10.70.0.1";

    private static final Duration UP = Duration.ofMinutes(30); // the parts' first build included

    private final String name;
    private final Path launcher;
    private final String kubectl;
    private final Path kubeconfig;

    private LocalCluster(String name, Path launcher, String kubectl, Path kubeconfig) {
        this.name = name;
        this.launcher = launcher;
        this.kubectl = kubectl;
        this.kubeconfig = kubeconfig;
    }

    static LocalCluster start(String name, int nodes, Path root) {
        Path launcher = root.resolve("test/cluster/cluster");
        String output =
                Command.of(
                                launcher.toString(),
                                "up",
                                "--name",
                                name,
                                "--nodes",
                                String.valueOf(nodes))
                        .eachLine(line -> TestLog.info("%s", line))
                        .within(UP)
                        .run()
                        .orThrow();
        return new LocalCluster(name, launcher, part(root, "kubectl"), kubeconfigOf(output));
    }

    /// The path of a program of the cluster, built on first use; some of them work on any cluster.
    ///
    /// @param root the project's directory
    public static String part(Path root, String program) {
        return Command.of(root.resolve("test/cluster/cluster").toString(), "part", program)
                .within(UP)
                .run()
                .orThrow()
                .lines()
                .reduce((first, last) -> last)
                .orElseThrow(
                        () ->
                                new ClusterException(
                                        "`cluster part " + program + "` printed no path"));
    }

    static Path kubeconfigOf(String output) {
        return output.lines()
                .filter(line -> line.startsWith("KUBECONFIG="))
                .map(line -> Path.of(line.substring("KUBECONFIG=".length())))
                .reduce((first, last) -> last)
                .orElseThrow(
                        () ->
                                new ClusterException(
                                        "`cluster up` printed no KUBECONFIG= line:\n" + output));
    }

    @Override
    public String description() {
        return "local cluster "
                + name
                + ", because no cluster was given and no Docker engine answers";
    }

    @Override
    public Path kubeconfig() {
        return kubeconfig;
    }

    @Override
    public List<String> kubectl() {
        return List.of(kubectl);
    }

    @Override
    public void loadImages(List<Path> archives) {
        var argv = new ArrayList<>(List.of(launcher.toString(), "load", "--name", name));
        archives.forEach(archive -> argv.add(archive.toString()));
        Command.of(argv).within(Duration.ofMinutes(5)).run().orThrow();
    }

    @Override
    public String serverAddress() {
        return CONTROL_ADDRESS;
    }

    @Override
    public ServerProcess startServer(
            String server, List<String> command, List<Integer> ports, Path log) {
        Map<Integer, InetSocketAddress> local = new HashMap<>();
        var argv = new ArrayList<>(List.of(launcher.toString(), "run", "--name", name));
        for (int port : ports) {
            var forward = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
            local.put(port, forward);
            argv.add("--listen");
            argv.add("127.0.0.1:%d=%s:%d".formatted(forward.getPort(), CONTROL_ADDRESS, port));
        }
        argv.add("--");
        argv.addAll(command);
        return ServerProcess.start(server, argv, local, log);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new ClusterException("no free port on the loopback", e);
        }
    }

    @Override
    public List<String> onNode(String node) {
        return List.of(launcher.toString(), "node-exec", "--name", name, "--node", node, "--");
    }

    @Override
    public void close() {
        if ("1".equals(System.getenv("CISTERN_TEST_KEEP"))) {
            TestLog.info("cluster %s is left running: KUBECONFIG=%s", name, kubeconfig);
            return;
        }
        Command.of(launcher.toString(), "down", "--name", name)
                .eachLine(line -> TestLog.info("%s", line))
                .within(Duration.ofMinutes(2))
                .run()
                .orThrow();
    }
}
