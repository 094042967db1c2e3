package dev.cistern.populate.source.oci.auth;

/// A token of a token service.
///
/// @param value the secret
/// @param issuedMillis when it was asked for, by the clock of this machine in milliseconds
/// @param expiresMillis when it stops being good
record Token(String value, long issuedMillis, long expiresMillis) {
    /// Whether it need not be renewed yet: for three quarters of its life.
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
