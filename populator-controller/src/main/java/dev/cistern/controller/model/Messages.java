package dev.cistern.controller.model;

/// Truncates messages of other components.
public final class Messages {
    /// An event is limited to 1,024 bytes, and ours contain more than the quoted text.
    private static final int MAX_LENGTH = 700;

    private Messages() {}

    /// The beginning of a text.
    public static String shorten(String text) {
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + " …";
    }

    /// The end of a text.
    public static String lastOf(String text) {
        return text.length() <= MAX_LENGTH
                ? text
                : "… " + text.substring(text.length() - MAX_LENGTH);
    }
}
