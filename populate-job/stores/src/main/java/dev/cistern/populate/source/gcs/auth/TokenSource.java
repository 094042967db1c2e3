package dev.cistern.populate.source.gcs.auth;

import dev.cistern.populate.source.SourceException;

/// A way to obtain an access token.
interface TokenSource {
    /// Scope for reading the store.
    String READ_SCOPE = "https://www.googleapis.com/auth/devstorage.read_only";

    /// Scope for requesting tokens of other accounts.
    String PLATFORM_SCOPE = "https://www.googleapis.com/auth/cloud-platform";

    /// Requests a new token, in one attempt.
    ///
    /// @throws SourceException when that fails
    AccessToken fetch() throws SourceException;
}
