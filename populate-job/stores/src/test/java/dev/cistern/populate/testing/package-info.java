/// Servers, sources and targets that tests use in their own process.
@NullMarked
package dev.cistern.populate.testing;

import org.jspecify.annotations.NullMarked;
