package dev.cistern.populate.source.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The output of `sha256sum`: `HEX  name`, `HEX *name`, `HEX name`, and `SHA256 (name) = HEX` with `--tag`. A backslash
/// before all of it says that `\\`, `\n` and `\r` in the name stand for a backslash, a line feed and a carriage return.
final class Sha256Sums implements ListFormat {
    private static final int HEX_DIGITS = 64;
    private static final String TAG = "SHA256 (";
    private static final String TAG_END = ") = ";

    @Override
    public @Nullable ListedFile file(String line) {
        if (line.isBlank() || line.startsWith("#")) {
            return null;
        }
        boolean escaped = line.startsWith("\\");
        String text = escaped ? line.substring(1) : line;
        String name;
        String digest;
        if (text.startsWith(TAG)) {
            int end = text.lastIndexOf(TAG_END);
            if (end < TAG.length()) {
                throw new IllegalArgumentException("is not SHA256 (name) = digest");
            }
            name = text.substring(TAG.length(), end);
            digest = text.substring(end + TAG_END.length());
        } else {
            if (text.length() < HEX_DIGITS + 2 || text.charAt(HEX_DIGITS) != ' ') {
                throw new IllegalArgumentException(
                        "is no line of sha256sum: 64 hex digits, two blanks and a name");
            }
            digest = text.substring(0, HEX_DIGITS);
            char mode = text.charAt(HEX_DIGITS + 1);
            name = text.substring(mode == ' ' || mode == '*' ? HEX_DIGITS + 2 : HEX_DIGITS + 1);
        }
        return new ListedFile(
                ListedNames.checked(escaped ? unescaped(name) : name), -1, digest(digest), null);
    }

    /// Parses a digest.
    ///
    /// @throws IllegalArgumentException when it is not one
    static String digest(String text) {
        if (text.length() != HEX_DIGITS
                || !text.chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0)) {
            throw new IllegalArgumentException("has no SHA-256 of 64 hex digits");
        }
        return text.toLowerCase(Locale.ROOT);
    }

    private static String unescaped(String name) {
        StringBuilder plain = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '\\') {
                plain.append(c);
                continue;
            }
            i++;
            plain.append(
                    switch (i < name.length() ? name.charAt(i) : '?') {
                        case '\\' -> '\\';
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        default ->
                                throw new IllegalArgumentException(
                                        "has a backslash in its name that escapes nothing");
                    });
        }
        return plain.toString();
    }
}
