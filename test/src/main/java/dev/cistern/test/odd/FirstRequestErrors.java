package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Errors in response to the first request of an object only.
final class FirstRequestErrors {
    private FirstRequestErrors() {}

    /// Null where no enabled quirk has one.
    static @Nullable Answer of(Set<Quirk> quirks) {
        if (quirks.contains(REQUEST_TIMEOUT_ONCE)) {
            return Answer.error(408, "", "").withBody(new byte[0]);
        }
        if (quirks.contains(TOO_EARLY_ONCE)) {
            return Answer.of(425, new byte[0]);
        }
        if (quirks.contains(BUSY_ONCE)) {
            return Answer.error(503, "SlowDown", "Please reduce your request rate.")
                    .with("Retry-After", "1");
        }
        if (quirks.contains(RETRY_AFTER_A_DATE)) {
            return Answer.error(503, "ServiceUnavailable", "later")
                    .with("Retry-After", "Fri, 02 Jan 2026 03:04:05 GMT");
        }
        if (quirks.contains(THROTTLED_ONCE)) {
            return html(429, "Too Many Requests");
        }
        return quirks.contains(HTML_BAD_GATEWAY_ONCE) ? html(502, "Bad Gateway") : null;
    }

    private static Answer html(int status, String title) {
        String text =
                "<html><head><title>%s</title></head><body>nginx</body></html>".formatted(title);
        return Answer.of(status, text.getBytes(StandardCharsets.UTF_8))
                .with("Content-Type", "text/html");
    }
}
