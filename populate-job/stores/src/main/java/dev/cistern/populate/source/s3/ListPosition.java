package dev.cistern.populate.source.s3;

/// Position of a page in a listing.
///
/// Listings continue in three ways: with a token (`ListObjectsV2`), after a key (`start-after` of the same), or after a
/// key in the older `ListObjects` (`marker`), which is all that some stores support.
public sealed interface ListPosition {
    /// The first page.
    ListPosition START = new Start();

    /// The first page.
    record Start() implements ListPosition {}

    /// At the store's token.
    record Token(String value) implements ListPosition {}

    /// The keys after this one, by `start-after`.
    record After(String key) implements ListPosition {}

    /// The keys after this one, by `marker` of `ListObjects`.
    record Marker(String key) implements ListPosition {}

    /// A text for [#parse].
    default String text() {
        return switch (this) {
            case Start start -> "";
            case Token token -> "t" + token.value;
            case After after -> "a" + after.key;
            case Marker marker -> "m" + marker.key;
        };
    }

    /// @throws IllegalArgumentException when it is not a result of [#text]
    static ListPosition parse(String text) {
        String rest = text.isEmpty() ? "" : text.substring(1);
        return switch (text.isEmpty() ? ' ' : text.charAt(0)) {
            case ' ' -> START;
            case 't' -> new Token(rest);
            case 'a' -> new After(rest);
            case 'm' -> new Marker(rest);
            default -> throw new IllegalArgumentException("not a position of a listing: " + text);
        };
    }
}
