package dev.cistern.populate.source.rest;

/// A credential that is good for a time.
public interface Expiring {
    /// The most by which one is renewed before it expires.
    long EARLY_MILLIS = 225_000;

    /// A request that is sent with less left may arrive too late.
    long LATE_MILLIS = 10_000;

    /// When it was asked for, by the Unix clock in milliseconds.
    long issuedMillis();

    /// When it stops being good.
    long expiresMillis();

    /// Whether it need not be renewed yet: for most of its life, until at most a quarter of it is left.
    default boolean fresh(long nowMillis) {
        long life = expiresMillis() - issuedMillis();
        return nowMillis < expiresMillis() - Math.min(EARLY_MILLIS, life / 4);
    }

    /// Whether a request may still be sent with it.
    default boolean usable(long nowMillis) {
        long life = expiresMillis() - issuedMillis();
        return nowMillis < expiresMillis() - Math.min(LATE_MILLIS, life / 8);
    }
}
