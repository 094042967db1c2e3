/// The first controller: fills PVCs from what their `dataSourceRef` names.
///
/// Observe → plan → apply: `observe` converts the cluster's objects to the records of `model`, `plan` decides without
/// side effects, `apply` writes; `progress` receives the Jobs' reports. See `docs/design/reconcile.md`.
@NullMarked
package dev.cistern.controller.population;

import org.jspecify.annotations.NullMarked;
