/// Clusters to test on, behind one interface: one that is given, kind on a Docker engine, or the local cluster of
/// `test/cluster`. Nothing here knows what Cistern is; it starts clusters, loads images and runs servers beside the pods.
@NullMarked
package dev.cistern.test.cluster;

import org.jspecify.annotations.NullMarked;
