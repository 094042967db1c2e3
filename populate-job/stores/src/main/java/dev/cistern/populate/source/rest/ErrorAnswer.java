package dev.cistern.populate.source.rest;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An answer that is an error.
///
/// @param status 300 and above; below, an error document came with the status of a good answer
/// @param document the body's beginning, up to 64 KiB; empty where there is none, as after a `HEAD`
/// @param header value of a header by its lower-case name
public record ErrorAnswer(int status, String document, Function<String, @Nullable String> header) {
    /// A date far away is a clock that is wrong.
    private static final long MAX_WAIT_MILLIS = 3_600_000;

    /// What the store asks to wait, in milliseconds: `Retry-After` in seconds, up to 9,999, or as a date; 0 where it asks for nothing that makes
    /// sense.
    public long retryAfterMillis() {
        String value = header.apply("retry-after");
        if (value == null || value.isEmpty()) {
            return 0;
        }
        boolean seconds = value.length() <= 4 && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return seconds ? Integer.parseInt(value) * 1000L : untilMillis(HttpDates.millis(value));
    }

    /// How long it is to a moment, by the store's clock where it shows it.
    private long untilMillis(long then) {
        long date = dateMillis();
        long now = date == 0 ? System.currentTimeMillis() : date;
        return then == 0 ? 0 : Math.clamp(then - now, 0, MAX_WAIT_MILLIS);
    }

    /// What the store's clock showed, Unix time in milliseconds; 0 where it does not say.
    public long dateMillis() {
        return HttpDates.millis(header.apply("date"));
    }
}
