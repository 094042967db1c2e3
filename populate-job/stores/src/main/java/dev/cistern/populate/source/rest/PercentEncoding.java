package dev.cistern.populate.source.rest;

import java.nio.charset.StandardCharsets;

/// Percent-encodes text for paths and queries: all UTF-8 bytes except letters, digits and `-._~` become `%XX`, as AWS
/// signatures require and every store accepts.
public final class PercentEncoding {
    private PercentEncoding() {}

    /// Appends a text.
    ///
    /// @param keepSlashes whether `/` separates
    public static void append(String text, StringBuilder to, boolean keepSlashes) {
        int plain = 0;
        while (plain < text.length() && isPlain(text.charAt(plain), keepSlashes)) {
            plain++;
        }
        to.append(text, 0, plain);
        if (plain == text.length()) {
            return;
        }
        for (byte b : text.substring(plain).getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (isPlain(c, keepSlashes)) {
                to.append(c);
            } else {
                to.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
    }

    private static boolean isPlain(char c, boolean keepSlashes) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~'
                || (keepSlashes && c == '/');
    }
}
