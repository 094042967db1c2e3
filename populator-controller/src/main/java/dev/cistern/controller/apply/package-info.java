/// The only place that writes to the cluster on behalf of the reconcile.
@NullMarked
package dev.cistern.controller.apply;

import org.jspecify.annotations.NullMarked;
