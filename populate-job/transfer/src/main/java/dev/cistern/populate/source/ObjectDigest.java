package dev.cistern.populate.source;

import dev.cistern.populate.digest.DigestKind;

/// A digest that a store gives for a whole object.
///
/// @param kind the function
/// @param value big-endian, in hex, lower case
/// @param parts 0: over the bytes; else over the digests of so many parts, one after the other
/// @param partSize size of every part but the last; 0 where unknown or `parts` is 0
/// @param trust what it means when other bytes arrive
public record ObjectDigest(DigestKind kind, String value, int parts, long partSize, Trust trust) {
    /// What a digest is worth.
    public enum Trust {
        /// Made to be compared: other bytes are wrong.
        STATED,
        /// Has the form of a digest of the bytes, and is one with most stores. Other bytes are wrong unless none of the store's
        /// objects has the digest of this form.
        LIKELY,
        /// A digest only if the store makes it as AWS does, and of parts that are as large as supposed. Other bytes are wrong if
        /// they come out differently each time.
        GUESSED
    }

    /// A digest over the object's bytes that was made to be compared.
    public static ObjectDigest whole(DigestKind kind, String value) {
        return new ObjectDigest(kind, value, 0, 0, Trust.STATED);
    }

    /// The same with the size of its parts known.
    public ObjectDigest withPartSize(long bytes) {
        return new ObjectDigest(kind, value, parts, bytes, trust);
    }

    @Override
    public String toString() {
        return kind.label() + ":" + value + (parts > 0 ? "-" + parts : "");
    }
}
