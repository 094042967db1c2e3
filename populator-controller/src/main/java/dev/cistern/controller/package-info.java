/// The operator: fills PVCs from what their `dataSourceRef` names.
///
/// One package per concern, over one small runtime:
///
/// - `runtime`: queue, workers, caches with the process's own writes, leases, events. Knows no kind of ours.
/// - `model`: names, references, reasons and other words that concerns share.
/// - `cluster`: which kinds are cached, and the look-ups that concerns share.
/// - `backend`: one class per type of store.
/// - `resolve`: what a `dataSourceRef` resolves to.
/// - `population`: the controller that fills PVCs; `status`: the one that keeps statuses of populators, Datasets and
///   backends.
/// - `ops`: health, readiness, metrics.
///
/// [dev.cistern.controller.Main] wires them, to be read from top to bottom. See `docs/design/reconcile.md`.
@NullMarked
package dev.cistern.controller;

import org.jspecify.annotations.NullMarked;
