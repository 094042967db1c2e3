package dev.cistern.populate.source;

import org.jspecify.annotations.Nullable;

/// Metadata of an object.
///
/// @param object its current state; what the store's response omits is as it was listed, never zero or empty
/// @param digest the strongest that the store provides, or null
/// @param whole whether only one request for all of its bytes can fetch it: the store serves no ranges, or nothing
///     would show that two ranges are of different versions
public record ObjectDetails(SourceObject object, @Nullable ObjectDigest digest, boolean whole) {
    /// An object that can be fetched in ranges.
    public ObjectDetails(SourceObject object, @Nullable ObjectDigest digest) {
        this(object, digest, false);
    }
}
