/// The directory that is filled: which paths are safe, what is kept below `.cistern/` while it fills, what is durable.
@NullMarked
package dev.cistern.populate.target;

import org.jspecify.annotations.NullMarked;
