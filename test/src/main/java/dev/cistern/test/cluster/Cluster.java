package dev.cistern.test.cluster;

import java.nio.file.Path;
import java.util.List;

/// A real Kubernetes cluster with real pods. The caller closes it; closing a given cluster leaves it running.
public sealed interface Cluster extends AutoCloseable
        permits GivenCluster, KindCluster, LocalCluster {

    /// One line for people: the kind of cluster and why it was chosen.
    String description();

    /// An administrator's kubeconfig, usable from this machine.
    Path kubeconfig();

    /// The `kubectl` to use with it, without arguments.
    List<String> kubectl();

    /// Loads image archives (OCI or Docker tars) on every node.
    ///
    /// @throws ClusterException if the cluster cannot load images, or a node refuses one
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

    /// A command prefix that runs the command that follows it on a node, in the node's PID namespace.
    ///
    /// @throws ClusterException if this kind of cluster gives no access to its nodes
    List<String> onNode(String node);

    @Override
    void close();
}
