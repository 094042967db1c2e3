package dev.cistern.populate.source.s3;

import org.jspecify.annotations.Nullable;

/// What a page of a listing says about its continuation; [S3PageTurn] evaluates it.
///
/// @param truncated value of `IsTruncated`; null where it is absent or invalid
/// @param token the continuation token; empty where there is none
/// @param nextMarker the key to continue after by `marker`; empty where there is none
/// @param older whether the response has the form of `ListObjects`, which echoes `Marker`, instead of `ListObjectsV2`
public record PageEnd(@Nullable Boolean truncated, String token, String nextMarker, boolean older) {
    /// Nothing follows.
    public static final PageEnd LAST = new PageEnd(false, "", "", false);

    /// Parses a boolean of a response in any spelling; null where it is invalid.
    static @Nullable Boolean truth(String text) {
        return switch (text.strip().toLowerCase(java.util.Locale.ROOT)) {
            case "true", "1", "yes" -> true;
            case "false", "0", "no" -> false;
            default -> null;
        };
    }
}
