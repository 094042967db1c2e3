package dev.cistern.populate.source;

import dev.cistern.populate.digest.DigestKind;

/// A digest that a store gives for a whole object.
///
/// @param kind the function
/// @param value big-endian, in hex, lower case
/// @param parts 0: over the bytes; else over the digests of so many parts, one after the other
/// @param partSize size of every part but the last; 0 where unknown or `parts` is 0
public record ObjectDigest(DigestKind kind, String value, int parts, long partSize) {
    /// Over the object's bytes.
    public static ObjectDigest whole(DigestKind kind, String value) {
        return new ObjectDigest(kind, value, 0, 0);
    }

    @Override
    public String toString() {
        return kind.label() + ":" + value + (parts > 0 ? "-" + parts : "");
    }
}
