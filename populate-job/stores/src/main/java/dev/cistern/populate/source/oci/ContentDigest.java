package dev.cistern.populate.source.oci;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// A content digest with its algorithm (OCI Image Specification, "Descriptor").
///
/// @param kind SHA-256 or SHA-512, the two that the specification registers
/// @param hex in lower case
record ContentDigest(DigestKind kind, String hex) {
    /// Parses a digest such as `sha256:…`; null where it is invalid or of another algorithm.
    static @Nullable ContentDigest of(@Nullable String text) {
        if (text == null) {
            return null;
        }
        for (DigestKind kind : new DigestKind[] {DigestKind.SHA256, DigestKind.SHA512}) {
            String before = kind.label() + ":";
            if (text.startsWith(before)
                    && text.length() == before.length() + kind.hexLength()
                    && text.chars()
                            .skip(before.length())
                            .allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
                return new ContentDigest(kind, text.substring(before.length()));
            }
        }
        return null;
    }

    /// The digest of bytes by the same algorithm.
    ContentDigest sameOf(byte[] bytes) {
        return of(kind, bytes);
    }

    static ContentDigest of(DigestKind kind, byte[] bytes) {
        try {
            return new ContentDigest(
                    kind,
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance(kind.algorithm()).digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + kind.algorithm(), e);
        }
    }

    /// Whether it is the digest of empty content.
    boolean ofNothing() {
        return equals(sameOf(new byte[0]));
    }

    /// For the verification of the content.
    ObjectDigest toObjectDigest() {
        return ObjectDigest.whole(kind, hex);
    }

    @Override
    public String toString() {
        return kind.label() + ":" + hex;
    }
}
