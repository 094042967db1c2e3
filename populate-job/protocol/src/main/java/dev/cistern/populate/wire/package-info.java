/// What the controller, a populate Job and a volume say to each other, as records and JSON.
///
/// The contract is `docs/design/run-protocol.md`; this package is its only owner in code. It depends on `jackson-core`
/// and the JDK alone, knows nothing of the engine, and is all that the controller shares with a Job.
@NullMarked
package dev.cistern.populate.wire;

import org.jspecify.annotations.NullMarked;
