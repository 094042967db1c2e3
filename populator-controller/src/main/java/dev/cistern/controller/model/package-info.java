/// The planner's input: immutable records, built by the observer, free of API nulls.
///
/// Nothing here calls a client, reads a clock or logs.
@NullMarked
package dev.cistern.controller.model;

import org.jspecify.annotations.NullMarked;
