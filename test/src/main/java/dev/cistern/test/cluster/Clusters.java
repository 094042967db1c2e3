package dev.cistern.test.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Chooses a cluster by what the host provides, and logs the choice and its reason.
public final class Clusters {
    /// Names a kubeconfig explicitly; plain `KUBECONFIG` is never used, since it may name a production cluster.
    public static final String KUBECONFIG = "CISTERN_TEST_KUBECONFIG";

    static final String HOST_ADDRESS = "CISTERN_TEST_HOST_ADDRESS";
    static final String LOAD_IMAGE = "CISTERN_TEST_LOAD_IMAGE";
    static final String KIND = "CISTERN_TEST_CLUSTER";

    /// The choice, before anything is started.
    public sealed interface Choice {
        record Given(Path kubeconfig, String hostAddress, @Nullable String loadCommand)
                implements Choice {}

        record Kind() implements Choice {}

        record Local() implements Choice {}
    }

    private Clusters() {}

    /// In this order: an explicitly given kubeconfig, kind where a Docker engine answers, the local cluster.
    /// `CISTERN_TEST_CLUSTER=kind|local` overrides the search for a Docker engine.
    ///
    /// @throws ClusterException if the given cluster is not usable; the message says what to set
    public static Choice choose(Map<String, String> environment, BooleanSupplier dockerAnswers) {
        String given = environment.getOrDefault(KUBECONFIG, "");
        if (!given.isEmpty()) {
            if (!Files.isReadable(Path.of(given))) {
                throw new ClusterException(
                        KUBECONFIG + " names " + given + ", which cannot be read");
            }
            String address = environment.getOrDefault(HOST_ADDRESS, "");
            if (address.isEmpty()) {
                throw new ClusterException(
                        KUBECONFIG
                                + " is set but "
                                + HOST_ADDRESS
                                + " is not: set it to an address of this machine that the cluster's"
                                + " pods reach");
            }
            return new Choice.Given(Path.of(given), address, environment.get(LOAD_IMAGE));
        }
        return switch (environment.getOrDefault(KIND, "")) {
            case "kind" -> new Choice.Kind();
            case "local" -> new Choice.Local();
            case "" -> dockerAnswers.getAsBoolean() ? new Choice.Kind() : new Choice.Local();
            default ->
                    throw new ClusterException(
                            KIND
                                    + " is `"
                                    + environment.get(KIND)
                                    + "`: set it to kind or local, or leave it unset");
        };
    }

    /// Starts (or takes) the cluster that [#choose] chose.
    ///
    /// @param name of the cluster, if one is started
    /// @param nodes how many nodes pods run on, if one is started
    /// @param root the project's directory
    public static Cluster start(String name, int nodes, Path root) {
        Choice choice = choose(System.getenv(), KindCluster::dockerAnswers);
        Cluster cluster =
                switch (choice) {
                    case Choice.Given given ->
                            new GivenCluster(
                                    given.kubeconfig(), given.hostAddress(), given.loadCommand());
                    case Choice.Kind kind -> KindCluster.start(name, nodes, cache());
                    case Choice.Local local -> LocalCluster.start(name, nodes, root);
                };
        TestLog.info("cluster: %s", cluster.description());
        return cluster;
    }

    /// Directory of cached build results.
    public static Path cache() {
        String cache = System.getenv().getOrDefault("CISTERN_CACHE", "");
        return cache.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "cistern")
                : Path.of(cache);
    }
}
