package dev.cistern.populate.source.rest;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An answer that is an error.
///
/// @param status 300 and above; below, an error document came with the status of a good answer
/// @param document the body's beginning, up to 64 KiB; empty where there is none, as after a `HEAD`
/// @param header value of a header by its lower-case name
public record ErrorAnswer(int status, String document, Function<String, @Nullable String> header) {
    /// What the store asks to wait, in milliseconds: `Retry-After` in seconds, up to 9,999; 0 where it asks for nothing that makes sense.
    public long retryAfterMillis() {
        String value = header.apply("retry-after");
        if (value == null
                || value.isEmpty()
                || value.length() > 4
                || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        return Integer.parseInt(value) * 1000L;
    }

    /// What the store's clock showed, Unix time in milliseconds; 0 where it does not say.
    public long dateMillis() {
        return HttpDates.millis(header.apply("date"));
    }
}
