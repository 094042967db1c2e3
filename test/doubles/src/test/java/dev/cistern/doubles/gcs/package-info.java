/// Verifies the double with Google's client.
@NullMarked
package dev.cistern.doubles.gcs;

import org.jspecify.annotations.NullMarked;
