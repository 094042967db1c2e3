package dev.cistern.populate.source.http;

import dev.cistern.populate.source.rest.ETag;
import dev.cistern.populate.source.rest.ObjectHead;
import org.jspecify.annotations.Nullable;

/// Version of a file: the digest in a list or the specification, else the server's validators.
///
/// A server may send an `ETag` with one response and none with the next, so two versions are compared by what both
/// have.
///
/// @param sha256 64 lower-case hex digits; null where not known in advance
/// @param length from a list, in bytes; -1 where there is none. A server's length is not part of a version, because it
///     may be wrong
/// @param etag as sent by the server; null where there was none
/// @param modified the text of `Last-Modified`; null where there was none
record FileVersion(
        @Nullable String sha256, long length, @Nullable String etag, @Nullable String modified) {
    private static final FileVersion UNKNOWN = new FileVersion(null, -1, null, null);

    /// The engine truncates longer ones.
    private static final int MAX_CHARACTERS = 300;

    /// A version with a known digest.
    ///
    /// @param length in bytes; -1 where unknown
    static FileVersion of(String sha256, long length) {
        return new FileVersion(sha256, length, null, null);
    }

    /// The version in a response.
    static FileVersion of(ObjectHead head) {
        ETag tag = head.tag();
        String modified = head.header("last-modified");
        return new FileVersion(
                null,
                -1,
                tag == null ? null : (tag.weak() ? "W/\"" : "\"") + tag.opaque() + "\"",
                head.modifiedMillis() == null ? null : modified);
    }

    /// The version of an object.
    static FileVersion of(@Nullable String text) {
        if (text == null) {
            return UNKNOWN;
        }
        String sha256 = null;
        long length = -1;
        String etag = null;
        String modified = null;
        for (String part : text.split("\n", -1)) {
            switch (part.isEmpty() ? ' ' : part.charAt(0)) {
                case 'S' -> sha256 = part.substring(1);
                case 'L' -> length = Long.parseLong(part.substring(1));
                case 'E' -> etag = part.substring(1);
                case 'M' -> modified = part.substring(1);
                default -> {}
            }
        }
        return new FileVersion(sha256, length, etag, modified);
    }

    /// The text that [#of(String)] parses; null where nothing is known.
    @Nullable String text() {
        StringBuilder text = new StringBuilder();
        append(text, 'S', sha256);
        append(text, 'L', length < 0 ? null : Long.toString(length));
        append(text, 'E', etag);
        append(text, 'M', modified);
        return text.isEmpty() ? null : text.toString();
    }

    private static void append(StringBuilder to, char kind, @Nullable String part) {
        if (part != null && to.length() + part.length() + 2 <= MAX_CHARACTERS) {
            to.append(to.isEmpty() ? "" : "\n").append(kind).append(part);
        }
    }

    /// Whether a change of content would be detected.
    boolean known() {
        return sha256 != null || etag != null || modified != null;
    }

    /// Whether the two are known to be of different contents.
    boolean contradicts(FileVersion other) {
        if (sha256 != null && other.sha256 != null) {
            return !sha256.equals(other.sha256);
        }
        if (etag != null && other.etag != null) {
            return ETag.differ(ETag.of(etag), ETag.of(other.etag));
        }
        return modified != null && other.modified != null && !modified.equals(other.modified);
    }

    /// The value of `If-Range`; null where there is none: a weak tag never matches, and a date may stand for two
    /// contents within the same second.
    @Nullable String ifRange() {
        return ETag.ifMatch(etag);
    }
}
