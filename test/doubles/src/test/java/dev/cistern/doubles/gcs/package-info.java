/// Holds the double against Google's own client.
@NullMarked
package dev.cistern.doubles.gcs;

import org.jspecify.annotations.NullMarked;
