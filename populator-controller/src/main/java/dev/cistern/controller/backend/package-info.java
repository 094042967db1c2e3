/// One class for each type of `StorageBackend`: whether it is supported, how its paths are written, what a Job is told of it and where
/// the Job gets its credentials from. [Backends] chooses among them.
///
/// Pure functions, as in `plan`: no client, no clock, no Secret's contents. An architecture test holds this.
@NullMarked
package dev.cistern.controller.backend;

import org.jspecify.annotations.NullMarked;
