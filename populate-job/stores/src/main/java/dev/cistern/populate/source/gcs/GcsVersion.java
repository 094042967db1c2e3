package dev.cistern.populate.source.gcs;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.rest.ObjectHead;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Version of an object: its generation, which is unique among all contents of that name, and the store's checksum.
///
/// In a [dev.cistern.populate.source.SourceObject] it is `GENERATION` or `GENERATION CRC32C`, so that the listing's
/// checksum is used if a response has none.
///
/// @param crc32c in the store's Base64 form; null where unknown
record GcsVersion(String generation, @Nullable String crc32c) {
    private static final String CRC_OF_NOTHING = "AAAAAA==";

    static GcsVersion parse(String version) {
        int blank = version.indexOf(' ');
        return blank < 0
                ? new GcsVersion(version, null)
                : new GcsVersion(version.substring(0, blank), version.substring(blank + 1));
    }

    /// The version in a response; null where it has no generation.
    static @Nullable GcsVersion of(ObjectHead head) {
        String generation = head.header("x-goog-generation");
        return generation == null ? null : new GcsVersion(generation, hash(head, "crc32c"));
    }

    /// One of the values of `x-goog-hash`, which is a list: `crc32c=…,md5=…`.
    private static @Nullable String hash(ObjectHead head, String kind) {
        String hashes = head.header("x-goog-hash");
        if (hashes == null) {
            return null;
        }
        for (String hash : hashes.split(",", -1)) {
            String stripped = hash.strip();
            if (stripped.startsWith(kind + "=")) {
                return stripped.substring(kind.length() + 1);
            }
        }
        return null;
    }

    /// The digest of the whole object: CRC-32C, which every object has, before MD5, which composite objects lack.
    ///
    /// @param listed listed version, for a response without checksum; null where unknown
    static @Nullable ObjectDigest digest(ObjectHead head, @Nullable String listed) {
        ObjectDigest crc = digest(DigestKind.CRC32C, hash(head, "crc32c"));
        if (crc != null) {
            return crc;
        }
        ObjectDigest md5 = digest(DigestKind.MD5, hash(head, "md5"));
        return md5 != null || listed == null
                ? md5
                : digest(DigestKind.CRC32C, parse(listed).crc32c);
    }

    /// The digest of an empty object, if the version shows that it is empty.
    static @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        return version != null && CRC_OF_NOTHING.equals(parse(version).crc32c)
                ? digest(DigestKind.CRC32C, CRC_OF_NOTHING)
                : null;
    }

    private static @Nullable ObjectDigest digest(DigestKind kind, @Nullable String base64) {
        if (base64 == null) {
            return null;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return bytes.length * 8 == kind.bits()
                    ? ObjectDigest.whole(kind, HexFormat.of().formatHex(bytes))
                    : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return crc32c == null ? generation : generation + " " + crc32c;
    }
}
