package dev.cistern.populate.source.rest;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An error response.
///
/// @param status 300 and above; below, an error document with a success status
/// @param document the body's beginning, up to 64 KiB; empty where there is none, as after a `HEAD`
/// @param header value of a header by its lower-case name
public record ErrorAnswer(int status, String document, Function<String, @Nullable String> header) {
    /// A date further away means a wrong clock.
    private static final long MAX_WAIT_MILLIS = 3_600_000;

    /// The wait requested by the store, in milliseconds: `Retry-After` in seconds, up to 9,999, or as a date; 0 where
    /// there is no valid one.
    public long retryAfterMillis() {
        String value = header.apply("retry-after");
        if (value == null || value.isEmpty()) {
            return 0;
        }
        boolean seconds = value.length() <= 4 && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return seconds ? Integer.parseInt(value) * 1000L : untilMillis(HttpDates.millis(value));
    }

    /// Time until a moment, by the store's clock if known.
    private long untilMillis(long then) {
        long date = dateMillis();
        long now = date == 0 ? System.currentTimeMillis() : date;
        return then == 0 ? 0 : Math.clamp(then - now, 0, MAX_WAIT_MILLIS);
    }

    /// The store's clock, Unix time in milliseconds; 0 where the response has no date.
    public long dateMillis() {
        return HttpDates.millis(header.apply("date"));
    }
}
