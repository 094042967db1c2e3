package dev.cistern.test.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.DockerClientFactory;

/// A kind cluster on the Docker engine that Testcontainers finds: a control plane and the requested number of workers,
/// each in its own zone. `kind` is built once from its Go module into the cache.
///
/// The project's CI has no Docker engine and no node image: there only the choice of this class is tested, not the
/// class itself.
public final class KindCluster implements Cluster {
    static final String KIND_MODULE = "sigs.k8s.io/kind@v0.33.0";

    private final String name;
    private final Path kind;
    private final Path kubeconfig;
    private final String gateway;

    private KindCluster(String name, Path kind, Path kubeconfig, String gateway) {
        this.name = name;
        this.kind = kind;
        this.kubeconfig = kubeconfig;
        this.gateway = gateway;
    }

    /// Whether a Docker engine answers.
    static boolean dockerAnswers() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    static KindCluster start(String name, int nodes, Path cache) {
        try {
            Path kind = build(cache.resolve("parts").resolve("kind-0.33.0"));
            Path directory =
                    Files.createDirectories(cache.resolve("clusters").resolve("kind-" + name));
            Path config = Files.writeString(directory.resolve("kind.yaml"), configuration(nodes));
            Path kubeconfig = directory.resolve("kubeconfig");
            TestLog.info("kind: creating cluster %s with %d nodes", name, nodes);
            kindCommand(kind, "delete", "cluster", "--name", name).run();
            kindCommand(
                            kind,
                            "create",
                            "cluster",
                            "--name",
                            name,
                            "--config",
                            config.toString(),
                            "--kubeconfig",
                            kubeconfig.toString(),
                            "--wait",
                            "120s")
                    .eachLine(line -> TestLog.info("kind: %s", line))
                    .within(Duration.ofMinutes(8))
                    .run()
                    .orThrow();
            return new KindCluster(name, kind, kubeconfig, networkGateway());
        } catch (IOException e) {
            throw new ClusterException("cannot write kind's configuration", e);
        }
    }

    private static Path build(Path directory) {
        Path program = directory.resolve("kind");
        if (!Files.isExecutable(program)) {
            TestLog.info("kind: building %s (once)", KIND_MODULE);
            Command.of("go", "install", KIND_MODULE)
                    .env("GOBIN", directory.toString())
                    .env("CGO_ENABLED", "0")
                    .within(Duration.ofMinutes(10))
                    .run()
                    .orThrow();
        }
        return program;
    }

    /// kind's configuration: the workers carry the zones `zone-a`, `zone-b`, …
    static String configuration(int nodes) {
        var yaml =
                new StringBuilder(
                        """
                        kind: Cluster
                        apiVersion: kind.x-k8s.io/v1alpha4
                        nodes:
                        - role: control-plane
                        """);
        for (int i = 0; i < nodes; i++) {
            yaml.append("- role: worker\n  labels:\n    topology.kubernetes.io/zone: zone-")
                    .append((char) ('a' + i))
                    .append('\n');
        }
        return yaml.toString();
    }

    /// The host's address on kind's Docker network, which pods reach.
    private static String networkGateway() {
        var network =
                DockerClientFactory.instance()
                        .client()
                        .inspectNetworkCmd()
                        .withNetworkId("kind")
                        .exec();
        return network.getIpam().getConfig().stream()
                .map(com.github.dockerjava.api.model.Network.Ipam.Config::getGateway)
                .filter(gateway -> gateway != null && gateway.indexOf(':') < 0)
                .findFirst()
                .orElseThrow(
                        () ->
                                new ClusterException(
                                        "Docker's network `kind` has no IPv4 gateway: pods could"
                                                + " not reach the test servers"));
    }

    private static Command kindCommand(Path kind, String... args) {
        var argv = new ArrayList<String>();
        argv.add(kind.toString());
        argv.addAll(List.of(args));
        return Command.of(argv);
    }

    @Override
    public String description() {
        return "kind cluster " + name + ", because a Docker engine answers";
    }

    @Override
    public Path kubeconfig() {
        return kubeconfig;
    }

    @Override
    public List<String> kubectl() {
        return List.of("kubectl");
    }

    @Override
    public void loadImages(List<Path> archives) {
        for (Path archive : archives) {
            kindCommand(kind, "load", "image-archive", archive.toString(), "--name", name)
                    .within(Duration.ofMinutes(5))
                    .run()
                    .orThrow();
        }
    }

    @Override
    public String serverAddress() {
        return gateway;
    }

    @Override
    public ServerProcess startServer(
            String server, List<String> command, List<Integer> ports, Path log) {
        return ServerProcess.start(server, command, GivenCluster.onHost(gateway, ports), log);
    }

    @Override
    public List<String> onNode(String node) {
        return List.of("docker", "exec", "-i", node);
    }

    @Override
    public void close() {
        kindCommand(kind, "delete", "cluster", "--name", name).within(Duration.ofMinutes(2)).run();
    }
}
