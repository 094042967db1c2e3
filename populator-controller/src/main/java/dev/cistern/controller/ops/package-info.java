/// Health, readiness and metrics.
@NullMarked
package dev.cistern.controller.ops;

import org.jspecify.annotations.NullMarked;
