/// Azure Blob Storage and the services that give tokens for it, in memory, strict about what they are asked.
/// `StrictAzureBlobTest` holds them against the vendor's own clients.
@NullMarked
package dev.cistern.doubles.azure;

import org.jspecify.annotations.NullMarked;
