/// What the engine asks of a store, and what a store may answer. Nothing here or in the engine knows a cloud's name; each
/// store has a package of its own below this one.
@NullMarked
package dev.cistern.populate.source;

import org.jspecify.annotations.NullMarked;
