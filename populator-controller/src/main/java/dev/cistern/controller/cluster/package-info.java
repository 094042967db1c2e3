/// The state of the cluster: cached kinds, their indexes, and the look-ups that controllers share.
///
/// Nothing here decides or writes. Controllers subscribe to [dev.cistern.controller.cluster.WatchedKinds] and choose
/// themselves which keys to reconcile when an object changes.
@NullMarked
package dev.cistern.controller.cluster;

import org.jspecify.annotations.NullMarked;
