/// What operators look at: health, readiness, metrics.
@NullMarked
package dev.cistern.controller.ops;

import org.jspecify.annotations.NullMarked;
