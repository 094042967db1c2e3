package dev.cistern.populate.source.s3;

import org.jspecify.annotations.Nullable;

/// What a page of a listing says about what follows it, as it says it; [PageTurn] decides what to believe.
///
/// @param truncated what `IsTruncated` says; null where it is absent or makes no sense
/// @param token the continuation token; empty where there is none
/// @param nextMarker the key to go on after by `marker`; empty where there is none
/// @param older whether the answer has the form of `ListObjects`, which echoes `Marker`, and not of `ListObjectsV2`
public record PageEnd(@Nullable Boolean truncated, String token, String nextMarker, boolean older) {
    /// Nothing follows.
    public static final PageEnd LAST = new PageEnd(false, "", "", false);

    /// What a truth value of an answer means, however it is written; null where it cannot be told.
    static @Nullable Boolean truth(String text) {
        return switch (text.strip().toLowerCase(java.util.Locale.ROOT)) {
            case "true", "1", "yes" -> true;
            case "false", "0", "no" -> false;
            default -> null;
        };
    }
}
