/// What is known of the cluster: which kinds are cached, by what they are indexed, and the look-ups that controllers share.
///
/// Nothing here decides or writes. Who reconciles what when an object changes is each controller's own to say, by subscribing to
/// [dev.cistern.controller.cluster.WatchedKinds].
@NullMarked
package dev.cistern.controller.cluster;

import org.jspecify.annotations.NullMarked;
