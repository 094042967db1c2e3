package dev.cistern.populate.source.gcs.auth;

import dev.cistern.populate.source.SourceException;

/// One way to get an access token.
interface TokenSource {
    /// What the store is read with.
    String READ_SCOPE = "https://www.googleapis.com/auth/devstorage.read_only";

    /// What tokens of others are asked for with.
    String PLATFORM_SCOPE = "https://www.googleapis.com/auth/cloud-platform";

    /// Asks for a new one; one attempt.
    ///
    /// @throws SourceException when there is none to be had
    AccessToken fetch() throws SourceException;
}
