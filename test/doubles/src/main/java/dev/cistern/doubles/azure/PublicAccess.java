package dev.cistern.doubles.azure;

/// What requests without credentials may read.
public enum PublicAccess {
    /// The account forbids it.
    NOT_PERMITTED,
    /// Nothing of this container.
    NONE,
    /// Its blobs, by their names.
    BLOB,
    /// Its listing, too.
    CONTAINER
}
