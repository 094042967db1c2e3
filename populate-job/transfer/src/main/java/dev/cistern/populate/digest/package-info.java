/// Digests of bytes that arrive out of order, and their combination.
@NullMarked
package dev.cistern.populate.digest;

import org.jspecify.annotations.NullMarked;
