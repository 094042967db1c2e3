package dev.cistern.populate.source;

import org.jspecify.annotations.Nullable;

/// What a store knows about an object.
///
/// @param object as it is now
/// @param digest the strongest it gives, or null
public record ObjectDetails(SourceObject object, @Nullable ObjectDigest digest) {}
