package dev.cistern.populate.source.gcs.auth;

/// An OAuth access token.
///
/// @param value the secret
/// @param issuedMillis request time in Unix milliseconds
/// @param expiresMillis expiry
record AccessToken(String value, long issuedMillis, long expiresMillis) {
    /// Renewal margin of Google's own clients.
    private static final long EARLY_MILLIS = 225_000;

    /// With less remaining lifetime a request may arrive too late.
    private static final long LATE_MILLIS = 10_000;

    /// Whether it need not be renewed yet: until at most a quarter of its lifetime is left.
    boolean fresh(long nowMillis) {
        return nowMillis
                < expiresMillis - Math.min(EARLY_MILLIS, (expiresMillis - issuedMillis) / 4);
    }

    /// Whether it is still usable for a request.
    boolean usable(long nowMillis) {
        return nowMillis
                < expiresMillis - Math.min(LATE_MILLIS, (expiresMillis - issuedMillis) / 8);
    }

    @Override
    public String toString() {
        return "access token, expires at " + expiresMillis;
    }
}
