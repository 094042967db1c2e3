/// Destination of a fill: safe paths, the engine's own files below `.cistern/`, durability.
@NullMarked
package dev.cistern.populate.target;

import org.jspecify.annotations.NullMarked;
