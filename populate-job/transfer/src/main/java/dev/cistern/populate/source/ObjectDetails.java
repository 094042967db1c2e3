package dev.cistern.populate.source;

import org.jspecify.annotations.Nullable;

/// What a store knows about an object.
///
/// @param object as it is now; what the store leaves out of its answer is as it was listed, never zero or empty
/// @param digest the strongest it gives, or null
/// @param whole whether it can be had only from its first byte to its last by one request: the store serves no parts, or nothing would show that
/// two parts are of different versions
public record ObjectDetails(SourceObject object, @Nullable ObjectDigest digest, boolean whole) {
    /// An object of which parts can be had.
    public ObjectDetails(SourceObject object, @Nullable ObjectDigest digest) {
        this(object, digest, false);
    }
}
