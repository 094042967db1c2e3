package dev.cistern.populate.source;

import org.jspecify.annotations.Nullable;

/// What a store knows about an object.
///
/// @param object as it is now; what the store leaves out of its answer is as it was listed, never zero or empty
/// @param digest the strongest it gives, or null
public record ObjectDetails(SourceObject object, @Nullable ObjectDigest digest) {}
