package dev.cistern.doubles.azure;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A blob, or a directory of a hierarchical namespace.
///
/// @param etag without quotes, as listings have it
/// @param bytes as stored
/// @param md5 what the store keeps, Base64; null where it keeps nothing
/// @param type `BlockBlob`, `AppendBlob` or `PageBlob`
/// @param tier such as `Hot` or `Archive`
/// @param contentEncoding null for none
/// @param metadata by names as they were written
/// @param directory whether it is a directory itself
public record StoredBlob(
        String name,
        String etag,
        byte[] bytes,
        @Nullable String md5,
        String type,
        String tier,
        @Nullable String contentEncoding,
        Map<String, String> metadata,
        boolean directory,
        Instant modified) {

    /// The MD5 of bytes, Base64.
    public static String md5(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The same in another tier.
    StoredBlob inTier(String other) {
        return new StoredBlob(
                name,
                etag,
                bytes,
                md5,
                type,
                other,
                contentEncoding,
                metadata,
                directory,
                modified);
    }
}
