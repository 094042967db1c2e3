/// The second controller: statuses of populators, Datasets and StorageBackends, and of kinds that this version does not serve.
///
/// Observe → plan → apply as everywhere: [dev.cistern.controller.status.StatusObserver] gathers an object's runs,
/// [dev.cistern.controller.status.StatusPlanner] is pure, [dev.cistern.controller.status.StatusApplier] writes what differs.
@NullMarked
package dev.cistern.controller.status;

import org.jspecify.annotations.NullMarked;
