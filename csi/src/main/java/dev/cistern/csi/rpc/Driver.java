package dev.cistern.csi.rpc;

import dev.cistern.csi.proto.Topology;

/// Identity of the driver and its node.
///
/// @param node the node's name in Kubernetes
/// @param version the program's version
public record Driver(String node, String version) {

    public static final String NAME = "local.cistern.dev";

    /// The topology key that ties a volume to its node.
    public static final String NODE_KEY = "topology.local.cistern.dev/node";

    Topology topology() {
        return Topology.newBuilder().putSegments(NODE_KEY, node).build();
    }

    /// Whether these segments match this node. Segments of other keys, such as a zone, were matched by the scheduler
    /// against the node's labels.
    boolean isAt(Topology topology) {
        String asked = topology.getSegmentsMap().get(NODE_KEY);
        return asked == null || asked.equals(node);
    }
}
