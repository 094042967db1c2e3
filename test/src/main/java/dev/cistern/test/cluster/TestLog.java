package dev.cistern.test.cluster;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;

/// Logs the progress of long operations.
public final class TestLog {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private TestLog() {}

    public static void info(String format, Object... args) {
        System.out.println(
                "["
                        + LocalTime.now(java.time.ZoneId.systemDefault()).format(TIME)
                        + "] "
                        + String.format(format, args));
    }
}
