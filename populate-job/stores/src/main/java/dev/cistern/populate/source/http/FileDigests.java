package dev.cistern.populate.source.http;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.rest.ObjectHead;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Digests in response headers: `Repr-Digest` (RFC 9530), `Digest` (RFC 3230), and Artifactory's `X-Checksum-Sha256`.
/// All are of the whole file, also in a partial response.
final class FileDigests {
    private static final int SHA256_BYTES = 32;

    private FileDigests() {}

    /// The SHA-256 in a response; null where there is no valid one.
    static @Nullable ObjectDigest of(ObjectHead head) {
        String hex = head.header("x-checksum-sha256");
        if (hex != null && hex.matches("[0-9A-Fa-f]{64}")) {
            return ObjectDigest.whole(DigestKind.SHA256, hex.toLowerCase(Locale.ROOT));
        }
        ObjectDigest digest = inList(head.header("repr-digest"), ":");
        return digest == null ? inList(head.header("digest"), "") : digest;
    }

    /// @param quote before and after the value
    private static @Nullable ObjectDigest inList(@Nullable String header, String quote) {
        if (header == null) {
            return null;
        }
        for (String item : header.split(",", -1)) {
            int equals = item.indexOf('=');
            String name = equals < 0 ? "" : item.substring(0, equals).strip();
            String value = item.substring(equals + 1).strip();
            if (name.equalsIgnoreCase("sha-256")
                    && value.length() > 2
                    && value.startsWith(quote)
                    && value.endsWith(quote)) {
                return decoded(value.substring(quote.length(), value.length() - quote.length()));
            }
        }
        return null;
    }

    private static @Nullable ObjectDigest decoded(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return bytes.length == SHA256_BYTES
                    ? ObjectDigest.whole(DigestKind.SHA256, HexFormat.of().formatHex(bytes))
                    : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
