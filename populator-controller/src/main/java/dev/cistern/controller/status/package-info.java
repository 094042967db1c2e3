/// The second controller: statuses of populators, Datasets and StorageBackends, and of kinds that this version does not
/// serve.
///
/// Observe → plan → apply, as in `population`: [dev.cistern.controller.status.StatusObserver] collects an object's
/// runs, [dev.cistern.controller.status.StatusPlanner] is pure, [dev.cistern.controller.status.StatusApplier] writes
/// changes.
@NullMarked
package dev.cistern.controller.status;

import org.jspecify.annotations.NullMarked;
