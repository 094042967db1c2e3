package dev.cistern.test.cluster;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;

/// Tells whoever waits what is being done.
public final class Say {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private Say() {}

    public static void say(String format, Object... args) {
        System.out.println(
                "["
                        + LocalTime.now(java.time.ZoneId.systemDefault()).format(TIME)
                        + "] "
                        + String.format(format, args));
    }
}
