package dev.cistern.populate.source.rest;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/// Parses dates of stores. The two usual forms are parsed by hand: a page of a listing has a thousand, and
/// `java.time.format` takes tens of milliseconds to load.
public final class HttpDates {
    private static final String DAYS = "MonTueWedThuFriSatSun";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    private HttpDates() {}

    /// A time in any form used by stores and proxies, in Unix milliseconds; 0 where there is none, it is invalid, or
    /// before 1970. A date is only metadata of a file, so an invalid one is not an error.
    public static long millis(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        long millis = listed(text);
        millis = millis != 0 ? millis : header(text);
        return Math.max(0, millis != 0 ? millis : UncommonDates.millis(text));
    }

    /// A time as headers have it (RFC 9110, section 5.6.7), such as `Sat, 31 Jan 2026 23:59:59 GMT`.
    ///
    /// @param epochSecond by the Unix clock
    public static String header(long epochSecond) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC);
        int day = (time.getDayOfWeek().getValue() - 1) * 3;
        int month = (time.getMonthValue() - 1) * 3;
        StringBuilder text = new StringBuilder(29);
        text.append(DAYS, day, day + 3).append(", ");
        two(text, time.getDayOfMonth()).append(' ');
        text.append(MONTHS, month, month + 3).append(' ').append(time.getYear()).append(' ');
        two(text, time.getHour()).append(':');
        two(text, time.getMinute()).append(':');
        return two(text, time.getSecond()).append(" GMT").toString();
    }

    private static StringBuilder two(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }

    /// The form in listings, `2026-01-31T23:59:59.123Z`; 0 when it is something else.
    private static long listed(String text) {
        if (text.length() >= 20
                && text.charAt(4) == '-'
                && text.charAt(10) == 'T'
                && text.charAt(text.length() - 1) == 'Z'
                && (text.length() == 20 || text.charAt(19) == '.')) {
            long millis = 0;
            int scale = 100;
            for (int i = 20; i < text.length() - 1; i++, scale /= 10) {
                millis += (long) number(text, i, i + 1) * scale;
            }
            long seconds =
                    seconds(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10), text, 11);
            return millis < 0 || seconds < 0 ? 0 : seconds * 1000 + millis;
        }
        return 0;
    }

    /// The form in headers, `Sat, 31 Jan 2026 23:59:59 GMT`; 0 when it is something else.
    private static long header(String text) {
        if (text.length() == 29 && text.endsWith(" GMT")) {
            int month = MONTHS.indexOf(text.substring(8, 11));
            if (month >= 0 && month % 3 == 0) {
                return Math.max(
                        0,
                        seconds(number(text, 12, 16), month / 3 + 1, number(text, 5, 7), text, 17)
                                * 1000);
            }
        }
        return 0;
    }

    /// Negative when it is not a time.
    private static long seconds(int year, int month, int day, String text, int at) {
        int hour = number(text, at, at + 2);
        int minute = number(text, at + 3, at + 5);
        int second = number(text, at + 6, at + 8);
        boolean wrong = year < 0 || month < 1 || month > 12 || day < 1 || day > 31;
        if (wrong || hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0) {
            return Long.MIN_VALUE / 2000;
        }
        long days = LocalDate.of(year, month, 1).toEpochDay() + day - 1;
        return ((days * 24 + hour) * 60 + minute) * 60 + second;
    }

    /// A large negative number when there is anything but digits.
    private static int number(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1_000_000;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
