/// The messages between controller, populate Job and volume, as records and JSON.
///
/// `docs/design/run-protocol.md` specifies the contract; only this package implements it. It depends on `jackson-core`
/// and the JDK only, knows nothing of the engine, and is everything that the controller shares with a Job.
@NullMarked
package dev.cistern.populate.wire;

import org.jspecify.annotations.NullMarked;
