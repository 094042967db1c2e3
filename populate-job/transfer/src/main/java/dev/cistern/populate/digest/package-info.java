/// Digests of data that arrives out of order, and combining them.
@NullMarked
package dev.cistern.populate.digest;

import org.jspecify.annotations.NullMarked;
