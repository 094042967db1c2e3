/// What tests of several modules share, and no store's server.
@NullMarked
package dev.cistern.populate.testing;

import org.jspecify.annotations.NullMarked;
