/// The third controller: finds out by small Jobs whether StorageBackends can be used, and writes it down in `status.probe`. What follows from it for the
/// condition `Ready` is the status controller's.
@NullMarked
package dev.cistern.controller.probe;

import org.jspecify.annotations.NullMarked;
