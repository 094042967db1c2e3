package dev.cistern.populate.source;

import org.jspecify.annotations.Nullable;

/// One object as it was listed.
///
/// @param id what names it in its source: opaque to everybody but the source that gave it, but shown to people: up to 8 KiB in
///     UTF-8, no secret in it
/// @param size in bytes; [#UNKNOWN_SIZE] where the source does not tell it
/// @param version what the store calls this content, opaque too: reading is conditional on it; null where the store does not say
/// @param modifiedMillis when it was written, by the Unix clock in milliseconds; 0 where the store gives no date that makes sense
public record SourceObject(String id, long size, @Nullable String version, long modifiedMillis) {
    /// No length is known; neither zero nor too much.
    public static final long UNKNOWN_SIZE = -1;

    /// Whether the length is known.
    public boolean sized() {
        return size != UNKNOWN_SIZE;
    }

    /// The same with its length.
    public SourceObject withSize(long bytes) {
        return new SourceObject(id, bytes, version, modifiedMillis);
    }

    /// Whether the store says when it was written.
    public boolean dated() {
        return modifiedMillis != 0;
    }
}
