package dev.cistern.controller.backend;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether a prefix is at or below another, in stores whose keys are plain text.
///
/// A store takes `a/../b` for a key of its own. What stands in front of one may not: a proxy or a gateway to a file system decodes and
/// resolves it. So where access depends on a prefix, no text is accepted that anything could take for a way up.
final class PathScope {
    /// Decoded once, `%252e` is `%2e`.
    private static final int MOST_DECODINGS = 4;

    private static final Pattern ENCODED = Pattern.compile("%([0-9a-fA-F]{2})");
    private static final Pattern ENCODED_SLASH = Pattern.compile("(?i)%(25)*(2f|5c)");

    private PathScope() {}

    /// @param allowed what ends with a slash is what is below it; any other is itself and what is below it; empty is everything
    static boolean covers(String allowed, String prefix) {
        if (evasive(prefix)) {
            return false;
        }
        if (allowed.isEmpty() || prefix.equals(allowed)) {
            return true;
        }
        return prefix.startsWith(allowed.endsWith("/") ? allowed : allowed + "/");
    }

    /// Whether something may take a text for another path than it says.
    static boolean evasive(String path) {
        if (ENCODED_SLASH.matcher(path).find()) {
            return true;
        }
        String text = path;
        for (int i = 0; i <= MOST_DECODINGS; i++) {
            if (hasDots(text)) {
                return true;
            }
            String decoded = decoded(text);
            if (decoded.equals(text)) {
                return false;
            }
            text = decoded;
        }
        return true;
    }

    private static boolean hasDots(String path) {
        for (String part : path.split("[/\\\\]", -1)) {
            // Servers of Java take what follows a semicolon for a parameter and look at the rest.
            int parameter = part.indexOf(';');
            String name = parameter < 0 ? part : part.substring(0, parameter);
            if (name.equals(".") || name.equals("..")) {
                return true;
            }
        }
        return path.indexOf('\0') >= 0;
    }

    private static String decoded(String text) {
        Matcher encoded = ENCODED.matcher(text);
        return encoded.replaceAll(
                byteOf ->
                        Matcher.quoteReplacement(
                                Character.toString((char) Integer.parseInt(byteOf.group(1), 16))));
    }
}
