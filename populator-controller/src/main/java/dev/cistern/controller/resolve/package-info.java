/// Resolves a PVC's `dataSourceRef` into the snapshot of a run, or into the reason why there is none. Shared by the
/// controllers: `population` starts runs from it, `status` says whether an object is usable.
@NullMarked
package dev.cistern.controller.resolve;

import org.jspecify.annotations.NullMarked;
