package dev.cistern.test.cluster;

import java.nio.file.Path;
import java.util.List;

/// A real Kubernetes cluster with real pods. Whoever gets one closes it; closing one that was given leaves it running.
public sealed interface Cluster extends AutoCloseable
        permits GivenCluster, KindCluster, LocalCluster {

    /// One line for people: which kind of cluster this is and why it was taken.
    String description();

    /// An administrator's kubeconfig, usable from this machine.
    Path kubeconfig();

    /// The `kubectl` to use with it, without arguments.
    List<String> kubectl();

    /// Brings image archives (OCI or Docker tars) onto every node.
    ///
    /// @throws ClusterException if the cluster has no way to take one, or a node refuses it
    void loadImages(List<Path> archives);

    /// The address at which a server started by [#startServer] listens: reachable from pods and nodes.
    String serverAddress();

    /// Starts a process that pods can reach at [#serverAddress] on `ports`. It ends when closed, and with the cluster.
    ///
    /// @param name names its log in messages
    /// @param command the program and its arguments; it listens on [#serverAddress]
    /// @param ports the ports it listens on; each is reachable from this machine by [ServerProcess#local]
    /// @param log where its output goes
    ServerProcess startServer(String name, List<String> command, List<Integer> ports, Path log);

    /// A command prefix that runs what follows it on a node, with all of the node's processes in sight.
    ///
    /// @throws ClusterException if this kind of cluster does not let anybody onto its nodes
    List<String> onNode(String node);

    @Override
    void close();
}
