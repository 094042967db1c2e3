package dev.cistern.populate.source.gcs.auth;

/// An OAuth access token.
///
/// @param value the secret
/// @param issuedMillis when it was asked for, by the Unix clock in milliseconds
/// @param expiresMillis when it stops being good
record AccessToken(String value, long issuedMillis, long expiresMillis) {
    /// Google's own clients renew so early.
    private static final long EARLY_MILLIS = 225_000;

    /// A request that is sent with less left may arrive too late.
    private static final long LATE_MILLIS = 10_000;

    /// Whether it need not be renewed yet: for most of its life, until at most a quarter of it is left.
    boolean fresh(long nowMillis) {
        return nowMillis
                < expiresMillis - Math.min(EARLY_MILLIS, (expiresMillis - issuedMillis) / 4);
    }

    /// Whether a request may still be sent with it.
    boolean usable(long nowMillis) {
        return nowMillis
                < expiresMillis - Math.min(LATE_MILLIS, (expiresMillis - issuedMillis) / 8);
    }

    @Override
    public String toString() {
        return "access token, expires at " + expiresMillis;
    }
}
