/// Servers, sources and targets for tests, in their process.
@NullMarked
package dev.cistern.populate.testing;

import org.jspecify.annotations.NullMarked;
