package dev.cistern.populate.source.oci.auth;

/// A token of a token service.
///
/// @param value the secret
/// @param issuedMillis when it was requested, by the local clock in milliseconds
/// @param expiresMillis when it expires
record Token(String value, long issuedMillis, long expiresMillis) {
    /// Whether it needs no renewal yet: for three quarters of its lifetime.
    boolean fresh(long nowMillis) {
        return nowMillis < expiresMillis - (expiresMillis - issuedMillis) / 4;
    }

    /// Whether a request may still be sent with it.
    boolean usable(long nowMillis) {
        return nowMillis < expiresMillis - Math.min(10_000, (expiresMillis - issuedMillis) / 8);
    }

    /// No secret is shown.
    @Override
    public String toString() {
        return "token, expires at " + expiresMillis;
    }
}
