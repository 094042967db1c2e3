package dev.cistern.populate.source;

import org.jspecify.annotations.Nullable;

/// One object as it was listed.
///
/// @param id its name in the source: opaque to everything but the source, but shown in messages: up to 8 KiB in UTF-8,
///     without secrets
/// @param size in bytes; [#UNKNOWN_SIZE] where the source does not say
/// @param version the store's identifier of this content, also opaque: reads are conditional on it; null where the
///     store has none
/// @param modifiedMillis modification time in Unix milliseconds; 0 where the store has no plausible date
public record SourceObject(String id, long size, @Nullable String version, long modifiedMillis) {
    /// The size is unknown, which is neither zero nor an error.
    public static final long UNKNOWN_SIZE = -1;

    /// Whether the size is known.
    public boolean sized() {
        return size != UNKNOWN_SIZE;
    }

    /// Returns the object with its size.
    public SourceObject withSize(long bytes) {
        return new SourceObject(id, bytes, version, modifiedMillis);
    }

    /// Whether the modification time is known.
    public boolean dated() {
        return modifiedMillis != 0;
    }
}
