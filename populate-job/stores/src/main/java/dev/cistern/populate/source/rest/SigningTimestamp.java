package dev.cistern.populate.source.rest;

import java.time.LocalDate;

/// A time in the format of signatures, formatted by hand: `java.time.format` takes tens of milliseconds to load.
///
/// @param second Unix time
/// @param text such as `20260131T235959Z`
public record SigningTimestamp(long second, String text) {
    /// The timestamp of a second: this one where it is the same, because creating the text is more expensive than a
    /// look-up.
    public SigningTimestamp at(long epochSecond) {
        return second == epochSecond ? this : new SigningTimestamp(epochSecond, text(epochSecond));
    }

    /// `20260131T235959Z`.
    public static String text(long epochSeconds) {
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(epochSeconds, 86_400L));
        int second = Math.floorMod(epochSeconds, 86_400);
        StringBuilder text = new StringBuilder(16);
        two(text, date.getYear() / 100);
        two(text, date.getYear() % 100);
        two(text, date.getMonthValue());
        two(text, date.getDayOfMonth());
        text.append('T');
        two(text, second / 3600);
        two(text, second / 60 % 60);
        two(text, second % 60);
        return text.append('Z').toString();
    }

    private static void two(StringBuilder text, int value) {
        text.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
    }
}
