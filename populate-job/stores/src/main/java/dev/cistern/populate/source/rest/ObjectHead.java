package dev.cistern.populate.source.rest;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Status and headers of an answer about an object. What it does not say is null: unknown, not zero and not empty.
///
/// @param status `200` or `206`; `416` to a request for the first byte of an object that has none
/// @param header value of a header by its lower-case name
public record ObjectHead(int status, Function<String, @Nullable String> header) {
    /// How large the object is, in bytes: a partial answer says so in `Content-Range` alone.
    public @Nullable Long size() {
        if (status == 200) {
            return length();
        }
        String range = header.apply("content-range");
        return range == null ? null : number(range.substring(range.lastIndexOf('/') + 1));
    }

    /// The same about an object whose answer turned out to have no bytes.
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

    /// When the object was written, by the Unix clock in milliseconds.
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
