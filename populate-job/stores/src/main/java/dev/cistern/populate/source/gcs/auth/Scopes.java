package dev.cistern.populate.source.gcs.auth;

/// What access tokens are asked for.
final class Scopes {
    /// What the store is read with.
    static final String READ = "https://www.googleapis.com/auth/devstorage.read_only";

    /// What tokens of others are asked for with.
    static final String PLATFORM = "https://www.googleapis.com/auth/cloud-platform";

    private Scopes() {}
}
