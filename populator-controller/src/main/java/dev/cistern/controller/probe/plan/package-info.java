/// What to do for the probes of one StorageBackend: a pure function of what is seen.
@NullMarked
package dev.cistern.controller.probe.plan;

import org.jspecify.annotations.NullMarked;
