/// What the controller, a populate Job and a volume say to each other, as records and JSON.
///
/// The contract is `docs/design/run-protocol.md`; this package is its only owner in code. It depends on `jackson-core`
/// and the JDK alone, knows nothing of the engine, and is the only part of this module that other modules but the
/// node-cache agent may import.
@NullMarked
package dev.cistern.populate.wire;

import org.jspecify.annotations.NullMarked;
