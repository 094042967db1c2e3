package dev.cistern.populate.source.oss;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectDigest.Trust;
import dev.cistern.populate.source.rest.ETag;
import dev.cistern.populate.source.rest.ObjectHead;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Digests in OSS's responses, and how far they are trusted. No other class decides that.
///
/// `x-oss-hash-crc64ecma` is the CRC-64/XZ of the whole object, also in a response to a range. Very old objects have
/// none; those uploaded by one request have `Content-MD5`, and the same value as ETag. All other ETags (multipart,
/// appendable) look like an MD5 and are none.
final class OssDigests {
    private static final String MD5_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e";

    private OssDigests() {}

    /// The digest of a whole object.
    ///
    /// @param listedVersion the ETag that was listed, for an answer without one; null where it is not known
    static @Nullable ObjectDigest of(ObjectHead head, @Nullable String listedVersion) {
        ObjectDigest crc = crc(head.header("x-oss-hash-crc64ecma"));
        if (crc != null) {
            return crc;
        }
        // Of an answer with a part, it may be the part's.
        ObjectDigest md5 = head.status() == 200 ? md5(head.header("content-md5")) : null;
        if (md5 != null) {
            return md5;
        }
        String encryption = head.header("x-oss-server-side-encryption");
        boolean plain =
                "Normal".equalsIgnoreCase(head.header("x-oss-object-type"))
                        && (encryption == null || !encryption.equalsIgnoreCase("KMS"));
        ETag tag = head.tag() == null ? ETag.of(listedVersion) : head.tag();
        return plain ? ofTag(tag) : null;
    }

    private static @Nullable ObjectDigest crc(@Nullable String decimal) {
        if (decimal == null || decimal.isEmpty() || decimal.length() > 20) {
            return null;
        }
        try {
            return ObjectDigest.whole(
                    DigestKind.CRC64ECMA,
                    DigestKind.CRC64ECMA.hex(Long.parseUnsignedLong(decimal)));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable ObjectDigest md5(@Nullable String base64) {
        if (base64 == null) {
            return null;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(base64.strip());
            return bytes.length * 8 == DigestKind.MD5.bits()
                    ? ObjectDigest.whole(DigestKind.MD5, HexFormat.of().formatHex(bytes))
                    : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable ObjectDigest ofTag(@Nullable ETag tag) {
        return tag == null || tag.weak() || !tag.opaque().matches("[0-9A-Fa-f]{32}")
                ? null
                : new ObjectDigest(
                        DigestKind.MD5, tag.opaque().toLowerCase(Locale.ROOT), 0, 0, Trust.LIKELY);
    }

    /// The digest of an object without bytes, where its version tells that it has none.
    static @Nullable ObjectDigest ofNothing(@Nullable String version) {
        ETag tag = ETag.of(version);
        return tag != null && tag.opaque().equalsIgnoreCase(MD5_OF_NOTHING) ? ofTag(tag) : null;
    }
}
