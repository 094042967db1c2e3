/// Resolves what a PVC's `dataSourceRef` names into the snapshot that a run keeps to, or into the reason why there is none. Shared by the
/// controllers: `population` starts runs from it, `status` says whether an object can be used.
@NullMarked
package dev.cistern.controller.resolve;

import org.jspecify.annotations.NullMarked;
