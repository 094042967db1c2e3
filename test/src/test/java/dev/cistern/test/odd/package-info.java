/// The odd store itself, and what fills make of it.
@NullMarked
package dev.cistern.test.odd;

import org.jspecify.annotations.NullMarked;
