package dev.cistern.populate.source.http;

import java.nio.charset.StandardCharsets;

/// Percent-encoding of names and of URLs typed by users.
final class UrlText {
    private static final String HEX = "0123456789ABCDEF";

    /// Characters other than letters and digits that a path may contain (RFC 3986, section 3.3).
    private static final String IN_PATH = "-._~!$&'()*+,;=:@/";

    private UrlText() {}

    /// Encodes a literal file name as a path.
    static String ofName(String name) {
        return encoded(name, "-._~/", false);
    }

    /// Encodes a path or query typed by a user: keeps what is encoded, and encodes what a URL cannot contain.
    ///
    /// @throws IllegalArgumentException with the invalid character
    static String ofUrl(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c == 0x7f) {
                throw new IllegalArgumentException("holds a control character");
            }
            if (c == '%' && !isEncodedByte(text, i)) {
                throw new IllegalArgumentException(
                        "holds a % that begins no encoded byte: write %25");
            }
        }
        return encoded(text, IN_PATH + "?", true);
    }

    private static boolean isEncodedByte(String text, int at) {
        return at + 2 < text.length()
                && Character.digit(text.charAt(at + 1), 16) >= 0
                && Character.digit(text.charAt(at + 2), 16) >= 0;
    }

    private static String encoded(String text, String allowed, boolean keepEncoded) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder to = new StringBuilder(bytes.length + 16);
        for (byte b : bytes) {
            char c = (char) (b & 0xff);
            boolean alphanumeric =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (alphanumeric || allowed.indexOf(c) >= 0 || (keepEncoded && c == '%')) {
                to.append(c);
            } else {
                to.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        return to.toString();
    }
}
