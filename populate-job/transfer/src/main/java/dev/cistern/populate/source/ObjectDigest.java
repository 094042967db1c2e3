package dev.cistern.populate.source;

import dev.cistern.populate.digest.DigestKind;

/// A digest that a store provides for a whole object.
///
/// @param kind algorithm
/// @param value big-endian, in lower-case hex
/// @param parts 0 for a digest over the bytes; else the number of parts over whose concatenated digests it was computed
/// @param partSize size of every part but the last; 0 where unknown or `parts` is 0
/// @param trust how to treat a mismatch
public record ObjectDigest(DigestKind kind, String value, int parts, long partSize, Trust trust) {
    /// How reliable a digest is.
    public enum Trust {
        /// A checksum stated by the store: a mismatch means wrong bytes.
        STATED,
        /// Has the form of a digest of the bytes, and is one with most stores. A mismatch means wrong bytes unless none
        /// of the store's objects has the digest of this form.
        LIKELY,
        /// A digest only if the store computes it as AWS does, over parts of the assumed size. A mismatch means wrong
        /// bytes if repeated fetches return different bytes.
        GUESSED
    }

    /// A checksum over the object's bytes, stated by the store.
    public static ObjectDigest whole(DigestKind kind, String value) {
        return new ObjectDigest(kind, value, 0, 0, Trust.STATED);
    }

    /// Returns the digest with the size of its parts.
    public ObjectDigest withPartSize(long bytes) {
        return new ObjectDigest(kind, value, parts, bytes, trust);
    }

    @Override
    public String toString() {
        return kind.label() + ":" + value + (parts > 0 ? "-" + parts : "");
    }
}
