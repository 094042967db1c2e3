/// The operator: fills PVCs from what their `dataSourceRef` names.
///
/// Observe → plan → apply: `observe` turns the cluster into the records of `model`, `plan` decides without touching anything,
/// `apply` writes. `loop` says when, `progress` takes the Jobs' reports, `status` sums up for populators, `ops` is for operators.
/// [dev.cistern.controller.Main] wires them, to be read from top to bottom. See `docs/design/reconcile.md`.
@NullMarked
package dev.cistern.controller;

import org.jspecify.annotations.NullMarked;
