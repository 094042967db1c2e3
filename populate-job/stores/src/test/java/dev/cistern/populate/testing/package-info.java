/// Servers that tests run against in their own process.
@NullMarked
package dev.cistern.populate.testing;

import org.jspecify.annotations.NullMarked;
