/// Turns the API's objects into the planner's records.
///
/// [dev.cistern.controller.observe.ClusterView] is all that the rest sees of the cluster; everything in it comes from informers, so that
/// observing costs no call. Resolving a PVC's `dataSourceRef` into the frozen copy of a run lives here too.
@NullMarked
package dev.cistern.controller.observe;

import org.jspecify.annotations.NullMarked;
