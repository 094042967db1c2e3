package dev.cistern.populate.source.s3;

import java.time.LocalDate;

/// Formats times for AWS signatures by hand: `java.time.format` takes tens of milliseconds to load.
final class S3Times {
    private S3Times() {}

    /// `20260131T235959Z`.
    static String signed(long epochSeconds) {
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
