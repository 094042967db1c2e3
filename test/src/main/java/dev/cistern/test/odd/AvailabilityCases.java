package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.util.ArrayList;
import java.util.List;

/// Clock skew; slow, delayed or overloaded stores; proxies.
final class AvailabilityCases {
    private AvailabilityCases() {}

    static List<OddCase> all() {
        List<OddCase> all = new ArrayList<>();
        for (Quirk arrives :
                List.of(
                        CLOCK_AHEAD,
                        CLOCK_JUMPS,
                        CLOCK_JUMPS_TWICE,
                        REQUEST_TIMEOUT_ONCE,
                        TOO_EARLY_ONCE,
                        BUSY_ONCE,
                        THROTTLED_ONCE,
                        HTML_BAD_GATEWAY_ONCE,
                        RETRY_AFTER_A_DATE,
                        RESETS_HALF_WAY_ONCE)) {
            all.add(OddCase.of(arrives, Objects.pages()).arrives());
        }
        all.add(
                OddCase.of("clock-jumps-between-heads", Objects.mixed())
                        .quirk(CLOCK_JUMPS_TWICE)
                        .arrives());
        all.add(OddCase.of(REQUEST_TIMEOUT_WHEN_IDLE, Objects.mixed()).arrives());
        all.add(
                OddCase.of(TOKEN_EXPIRES, Objects.pages())
                        .endsForNow("CredentialsExpired", "ExpiredToken"));
        all.add(
                OddCase.of(CRAWLS, StoredObject.sized("crawls", 4000), Objects.SMALL)
                        .commandOnly()
                        .arrives());
        all.add(
                OddCase.of(FIRST_BYTE_LATE, StoredObject.of("late", "late"))
                        .commandOnly()
                        .arrives());
        all.add(
                OddCase.of(PROXY_ONLY, Objects.pages())
                        .env("AWS_ENDPOINT_URL", "http://store.invalid")
                        .env("HTTP_PROXY", OddCase.ENDPOINT)
                        .commandOnly()
                        .arrives());
        all.add(
                OddCase.of("no-proxy", Objects.pages())
                        .env("HTTP_PROXY", "http://127.0.0.1:9")
                        .env("NO_PROXY", "example.org,127.0.0.1")
                        .commandOnly()
                        .arrives());
        return all;
    }
}
