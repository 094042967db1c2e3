/// One class per type of `StorageBackend`: whether it is supported, the form of its paths, the store specification for
/// a Job and the source of its credentials. [Backends] selects among them.
///
/// Pure functions, as in `plan`: no client, no clock, no content of Secrets. An architecture test enforces this.
@NullMarked
package dev.cistern.controller.backend;

import org.jspecify.annotations.NullMarked;
