package dev.cistern.populate.source.rest;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Status and headers of a response about an object. Missing values are null: unknown, not zero or empty.
///
/// @param status `200` or `206`; `416` to a request for the first byte of an object that has none
/// @param header value of a header by its lower-case name
public record ObjectHead(int status, Function<String, @Nullable String> header) {
    /// The object's size in bytes: in a partial response only in `Content-Range`.
    public @Nullable Long size() {
        if (status == 200) {
            return length();
        }
        String range = header.apply("content-range");
        return range == null ? null : number(range.substring(range.lastIndexOf('/') + 1));
    }

    /// A copy for an object that turned out to be empty.
    public ObjectHead ofNothing() {
        return new ObjectHead(
                status, name -> name.equals("content-length") ? "0" : header.apply(name));
    }

    /// `Content-Length`, in bytes.
    public @Nullable Long length() {
        return number(header.apply("content-length"));
    }

    /// The value of a header by its lower-case name.
    public @Nullable String header(String name) {
        return header.apply(name);
    }

    /// The entity tag.
    public @Nullable ETag tag() {
        return ETag.of(header.apply("etag"));
    }

    /// Modification time of the object, in Unix milliseconds.
    public @Nullable Long modifiedMillis() {
        long millis = HttpDates.millis(header.apply("last-modified"));
        return millis == 0 ? null : millis;
    }

    private static @Nullable Long number(@Nullable String text) {
        return text == null
                        || text.isEmpty()
                        || text.length() > 18
                        || !text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? null
                : Long.valueOf(text);
    }
}
