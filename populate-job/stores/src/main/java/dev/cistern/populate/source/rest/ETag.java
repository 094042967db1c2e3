package dev.cistern.populate.source.rest;

import org.jspecify.annotations.Nullable;

/// An entity tag (RFC 9110, section 8.8.3) as sent by stores: quoted or not, strong or weak.
///
/// @param opaque text between the quotes, not empty
/// @param weak whether it is a weak validator
public record ETag(String opaque, boolean weak) {
    /// Parses a tag; null where there is none or it is empty.
    public static @Nullable ETag of(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String bare = text.strip();
        boolean weak = bare.startsWith("W/") || bare.startsWith("w/");
        bare = weak ? bare.substring(2) : bare;
        if (bare.length() >= 2 && bare.startsWith("\"") && bare.endsWith("\"")) {
            bare = bare.substring(1, bare.length() - 1);
        }
        return bare.isEmpty() ? null : new ETag(bare, weak);
    }

    /// Whether both are known and equal.
    public static boolean same(@Nullable ETag a, @Nullable ETag b) {
        return a != null && b != null && a.opaque.equals(b.opaque);
    }

    /// Whether both are known and different.
    public static boolean differ(@Nullable ETag a, @Nullable ETag b) {
        return a != null && b != null && !a.opaque.equals(b.opaque);
    }

    /// The value of `If-Match` for a version; null for a weak tag, because the comparison is strong.
    public static @Nullable String ifMatch(@Nullable String version) {
        ETag tag = of(version);
        return tag == null || tag.weak ? null : '"' + tag.opaque + '"';
    }
}
