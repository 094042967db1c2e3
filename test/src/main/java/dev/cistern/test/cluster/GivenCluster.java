package dev.cistern.test.cluster;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A cluster that `CISTERN_TEST_KUBECONFIG` names. It is never started or stopped, and never taken from `KUBECONFIG`:
/// these tests kill pods and install CRDs.
///
/// Two more variables: `CISTERN_TEST_HOST_ADDRESS`, an address of this host that the cluster's pods reach (test servers
/// listen there), and `CISTERN_TEST_LOAD_IMAGE`, a command that loads an image archive, its last argument, on the nodes
/// (unset: the images are already there).
public final class GivenCluster implements Cluster {
    private final Path kubeconfig;
    private final String hostAddress;
    private final @Nullable String loadCommand;

    GivenCluster(Path kubeconfig, String hostAddress, @Nullable String loadCommand) {
        this.kubeconfig = kubeconfig;
        this.hostAddress = hostAddress;
        this.loadCommand = loadCommand;
    }

    @Override
    public String description() {
        return "the cluster of " + kubeconfig + ", named by " + Clusters.KUBECONFIG;
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
        if (loadCommand == null) {
            TestLog.info(
                    "images: expected on the nodes already (CISTERN_TEST_LOAD_IMAGE is not set)");
            return;
        }
        for (Path archive : archives) {
            Command.of("sh", "-c", loadCommand + " \"$0\"", archive.toString())
                    .within(java.time.Duration.ofMinutes(5))
                    .run()
                    .orThrow();
        }
    }

    @Override
    public String serverAddress() {
        return hostAddress;
    }

    @Override
    public ServerProcess startServer(
            String name, List<String> command, List<Integer> ports, Path log) {
        return ServerProcess.start(name, command, onHost(hostAddress, ports), log);
    }

    static Map<Integer, InetSocketAddress> onHost(String address, List<Integer> ports) {
        return ports.stream()
                .collect(
                        Collectors.toMap(
                                Function.identity(), port -> new InetSocketAddress(address, port)));
    }

    @Override
    public List<String> onNode(String node) {
        throw new ClusterException("a given cluster's nodes are not ours to run commands on");
    }

    @Override
    public void close() {}
}
