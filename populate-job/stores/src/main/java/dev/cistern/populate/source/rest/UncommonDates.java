package dev.cistern.populate.source.rest;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;

/// Times in forms that are legal or usual, and that no store of ours writes. Loaded only when one is met.
final class UncommonDates {
    /// HTTP's three forms, of which two are obsolete, with a zone by name or number; ISO 8601 with and without a zone,
    /// `T` and fractions. What has no zone is taken for UTC.
    private static final List<DateTimeFormatter> FORMS =
            List.of(
                    of("[EEE, ]d MMM yyyy HH:mm[:ss][ zzz][ xx]"),
                    new DateTimeFormatterBuilder()
                            .parseCaseInsensitive()
                            .appendPattern("EEEE, dd-MMM-")
                            // Two digits mean the years around now.
                            .appendValueReduced(ChronoField.YEAR, 2, 2, LocalDate.of(1970, 1, 1))
                            .appendPattern(" HH:mm:ss[ zzz]")
                            .toFormatter(Locale.ENGLISH)
                            .withZone(ZoneOffset.UTC),
                    of("EEE MMM ppd HH:mm:ss[ zzz] yyyy"),
                    of("yyyy-MM-dd['T'][ ]HH:mm[:ss][.SSSSSSSSS][.SSSSSS][.SSS][XXX][XX][X]"),
                    of("yyyyMMdd'T'HHmmss[X]"));

    private UncommonDates() {}

    private static DateTimeFormatter of(String pattern) {
        return new DateTimeFormatterBuilder()
                .parseCaseInsensitive()
                .appendPattern(pattern)
                .toFormatter(Locale.ENGLISH)
                .withZone(ZoneOffset.UTC);
    }

    /// In milliseconds by the Unix clock; 0 when it is no time.
    static long millis(String text) {
        String stripped = text.strip();
        for (DateTimeFormatter form : FORMS) {
            try {
                return Instant.from(form.parse(stripped)).toEpochMilli();
            } catch (DateTimeException | ArithmeticException e) {
                continue;
            }
        }
        return 0;
    }
}
