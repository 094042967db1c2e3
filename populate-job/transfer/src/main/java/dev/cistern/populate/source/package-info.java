/// The interface between engine and stores. Nothing here or in the engine knows a specific store; each store has a
/// package below this one.
@NullMarked
package dev.cistern.populate.source;

import org.jspecify.annotations.NullMarked;
