/// Google Cloud Storage and its token services in memory, with strict checks of requests. `StrictGcsTest` verifies them
/// with the vendor's client.
@NullMarked
package dev.cistern.doubles.gcs;

import org.jspecify.annotations.NullMarked;
