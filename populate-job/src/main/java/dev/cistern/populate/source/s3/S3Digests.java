package dev.cistern.populate.source.s3;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import java.util.Base64;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads the digest that S3 gives for an object out of the headers of a whole `GET` or a `HEAD`.
///
/// A checksum header wins over the ETag: it was made to be compared. Among checksums, one over the bytes wins over one over the
/// parts' digests. An ETag is an MD5 unless the object is encrypted with a managed or a customer's key.
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

    private S3Digests() {}

    /// @param header value of a header by its lower-case name
    static @Nullable ObjectDigest of(Function<String, @Nullable String> header) {
        ObjectDigest composite = null;
        for (DigestKind kind : BY_STRENGTH) {
            String text = header.apply("x-amz-checksum-" + kind.label());
            ObjectDigest digest = text == null ? null : checksum(kind, text);
            if (digest != null && digest.parts() == 0) {
                return digest;
            }
            composite = composite == null ? digest : composite;
        }
        return composite != null ? composite : ofETag(header);
    }

    private static @Nullable ObjectDigest checksum(DigestKind kind, String text) {
        int dash = text.indexOf('-');
        int parts = dash < 0 ? 0 : parts(text.substring(dash + 1));
        if (parts < 0) {
            return null;
        }
        try {
            String hex =
                    SigV4.hex(
                            Base64.getDecoder().decode(dash < 0 ? text : text.substring(0, dash)));
            return hex.length() == kind.hexLength() ? new ObjectDigest(kind, hex, parts, 0) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable ObjectDigest ofETag(Function<String, @Nullable String> header) {
        String etag = header.apply("etag");
        String encryption = header.apply("x-amz-server-side-encryption");
        boolean keyed =
                (encryption != null && encryption.startsWith("aws:kms"))
                        || header.apply("x-amz-server-side-encryption-customer-algorithm") != null;
        if (etag == null || keyed) {
            return null;
        }
        String text = unquoted(etag);
        int dash = text.indexOf('-');
        String hex = dash < 0 ? text : text.substring(0, dash);
        int parts = dash < 0 ? 0 : parts(text.substring(dash + 1));
        if (hex.length() != 32
                || parts < 0
                || !hex.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            return null;
        }
        return new ObjectDigest(DigestKind.MD5, hex.toLowerCase(java.util.Locale.ROOT), parts, 0);
    }

    /// The number after the dash; -1 when it is none.
    private static int parts(String text) {
        if (text.isEmpty()
                || text.length() > 5
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int parts = Integer.parseInt(text);
        return parts >= 1 && parts <= MAX_PARTS ? parts : -1;
    }

    static String unquoted(String etag) {
        String text = etag.startsWith("W/") ? etag.substring(2) : etag;
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }
}
