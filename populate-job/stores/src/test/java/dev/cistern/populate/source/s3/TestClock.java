package dev.cistern.populate.source.s3;

import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Fault;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A store's clock that differs from the host's, and rejects requests signed for another time.
final class TestClock {
    private static final DateTimeFormatter SIGNED =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX", Locale.ROOT);
    private static final DateTimeFormatter HEADER =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private TestClock() {}

    /// Null for a request within 15 minutes of the store's time.
    ///
    /// @param aheadSeconds of the host's clock
    static @Nullable Fault check(FaultyS3.Asked request, long aheadSeconds) {
        Instant store = Instant.now().plusSeconds(aheadSeconds);
        Instant signed =
                SIGNED.parse(request.headers().getOrDefault("x-amz-date", ""), Instant::from);
        return Math.abs(store.getEpochSecond() - signed.getEpochSecond()) < 900
                ? null
                : new Fault.Status(
                        403,
                        request.method().equals("HEAD") ? "" : "RequestTimeTooSkewed",
                        Map.of("Date", HEADER.format(store)));
    }
}
