/// An HTTP proxy to test against.
@NullMarked
package dev.cistern.doubles.proxy;

import org.jspecify.annotations.NullMarked;
