/// Google Cloud Storage and the services that give tokens for it, in memory, strict about what they are asked. `StrictGcsTest` holds
/// them against the vendor's own client.
@NullMarked
package dev.cistern.doubles.gcs;

import org.jspecify.annotations.NullMarked;
