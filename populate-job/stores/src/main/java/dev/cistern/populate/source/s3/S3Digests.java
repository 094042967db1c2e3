package dev.cistern.populate.source.s3;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectDigest.Trust;
import dev.cistern.populate.source.rest.ETag;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Determines the digest of an object in a response, and its reliability.
///
/// A checksum header has precedence over the ETag, because it is a stated digest. Among checksums, one over the bytes
/// has precedence over one over the parts' digests.
///
/// An ETag of 32 hex digits is an MD5 with most stores, unless the object is encrypted with a managed or a customer's
/// key, or was appended to. One of 32 digits, a dash and a number is an MD5 over the parts' MD5s with AWS, and random
/// with others. A weak one was created by an intermediary that changes the content. Any other is not a digest.
final class S3Digests {
    private static final DigestKind[] BY_STRENGTH = {
        DigestKind.SHA256,
        DigestKind.CRC64NVME,
        DigestKind.CRC32C,
        DigestKind.CRC32,
        DigestKind.SHA1
    };

    /// S3 allows no more parts than this.
    private static final int MAX_PARTS = 10_000;

    private static final String MD5_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e";

    private S3Digests() {}

    /// The digest of a whole object, from a response and the listed version.
    ///
    /// @param header value of a header by its lower-case name
    /// @param version the listed ETag, for a response without one; null where unknown
    static @Nullable ObjectDigest of(
            Function<String, @Nullable String> header, @Nullable String version) {
        // A digest over parts should end with their number.
        boolean unmarkedParts = "COMPOSITE".equalsIgnoreCase(header.apply("x-amz-checksum-type"));
        ObjectDigest composite = null;
        for (DigestKind kind : BY_STRENGTH) {
            ObjectDigest digest = checksum(kind, header.apply("x-amz-checksum-" + kind.label()));
            if (digest != null && digest.parts() == 0 && unmarkedParts) {
                continue;
            }
            if (digest != null && digest.parts() == 0) {
                return digest;
            }
            composite = composite == null ? digest : composite;
        }
        ObjectDigest own = ofProvider(header);
        if (own != null) {
            return own;
        }
        if (composite != null || noMd5(header)) {
            return composite;
        }
        ETag tag = ETag.of(header.apply("etag"));
        return ofTag(tag == null ? ETag.of(version) : tag);
    }

    private static @Nullable ObjectDigest checksum(DigestKind kind, @Nullable String text) {
        if (text == null) {
            return null;
        }
        int dash = text.indexOf('-');
        int parts = dash < 0 ? 0 : parts(text.substring(dash + 1));
        String hex = hex(kind, dash < 0 ? text : text.substring(0, dash));
        return hex == null || parts < 0
                ? null
                : new ObjectDigest(kind, hex, parts, 0, parts == 0 ? Trust.STATED : Trust.GUESSED);
    }

    /// Headers that S3-compatible stores add.
    private static @Nullable ObjectDigest ofProvider(Function<String, @Nullable String> header) {
        for (String store : new String[] {"oss", "cos"}) {
            String value = header.apply("x-" + store + "-hash-crc64ecma");
            if (value != null && !value.isEmpty() && value.length() <= 20) {
                try {
                    return ObjectDigest.whole(
                            DigestKind.CRC64ECMA,
                            DigestKind.CRC64ECMA.hex(Long.parseUnsignedLong(value)));
                } catch (NumberFormatException e) {
                    // Treat it as missing.
                    continue;
                }
            }
        }
        return ofGoogle(header.apply("x-goog-hash"));
    }

    /// `crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==`, of the stored bytes.
    private static @Nullable ObjectDigest ofGoogle(@Nullable String text) {
        int at = text == null ? -1 : text.indexOf("crc32c=");
        if (text == null || at < 0) {
            return null;
        }
        int end = text.indexOf(',', at);
        String value = text.substring(at + 7, end < 0 ? text.length() : end).strip();
        String hex = hex(DigestKind.CRC32C, value);
        return hex == null ? null : ObjectDigest.whole(DigestKind.CRC32C, hex);
    }

    private static @Nullable String hex(DigestKind kind, String base64) {
        try {
            String hex = SigV4.hex(Base64.getDecoder().decode(base64));
            return hex.length() == kind.hexLength() ? hex : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean noMd5(Function<String, @Nullable String> header) {
        String encryption = header.apply("x-amz-server-side-encryption");
        String type = header.apply("x-oss-object-type");
        return (encryption != null && encryption.startsWith("aws:"))
                || header.apply("x-amz-server-side-encryption-customer-algorithm") != null
                || (type != null && type.equalsIgnoreCase("Appendable"));
    }

    private static @Nullable ObjectDigest ofTag(@Nullable ETag tag) {
        if (tag == null) {
            return null;
        }
        String text = tag.opaque();
        int dash = text.indexOf('-');
        String hex = dash < 0 ? text : text.substring(0, dash);
        int parts = dash < 0 ? 0 : parts(text.substring(dash + 1));
        if (hex.length() != 32
                || parts < 0
                || !hex.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            return null;
        }
        Trust trust = parts == 0 && !tag.weak() ? Trust.LIKELY : Trust.GUESSED;
        return new ObjectDigest(DigestKind.MD5, hex.toLowerCase(Locale.ROOT), parts, 0, trust);
    }

    /// The number after the dash; -1 when it is not one.
    private static int parts(String text) {
        if (text.isEmpty()
                || text.length() > 5
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int parts = Integer.parseInt(text);
        return parts >= 1 && parts <= MAX_PARTS ? parts : -1;
    }

    /// The digest of zero bytes, where a store's ETag equals it.
    static ObjectDigest ofNothing() {
        return new ObjectDigest(DigestKind.MD5, MD5_OF_NOTHING, 0, 0, Trust.LIKELY);
    }

    /// Whether a version is the digest of zero bytes.
    static boolean isOfNothing(@Nullable String version) {
        ETag tag = ETag.of(version);
        return tag != null && tag.opaque().equalsIgnoreCase(MD5_OF_NOTHING);
    }

    /// Whether a version is the digest of these bytes.
    static boolean isOf(@Nullable String version, byte[] bytes) {
        ETag tag = ETag.of(version);
        try {
            return tag != null
                    && tag.opaque()
                            .equalsIgnoreCase(
                                    SigV4.hex(MessageDigest.getInstance("MD5").digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
