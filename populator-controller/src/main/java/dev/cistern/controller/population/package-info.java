/// The first controller: fills PVCs from what their `dataSourceRef` names.
///
/// Observe → plan → apply: `observe` turns the cluster into the records of `model`, `plan` decides without touching anything,
/// `apply` writes; `progress` takes the Jobs' reports. See `docs/design/reconcile.md`.
@NullMarked
package dev.cistern.controller.population;

import org.jspecify.annotations.NullMarked;
