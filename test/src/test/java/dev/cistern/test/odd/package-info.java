/// Tests of the odd store itself, and of fills from it.
@NullMarked
package dev.cistern.test.odd;

import org.jspecify.annotations.NullMarked;
