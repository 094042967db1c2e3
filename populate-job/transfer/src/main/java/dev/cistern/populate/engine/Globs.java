package dev.cistern.populate.engine;

import java.util.List;

/// Selects paths of a source by globs: `*` and `?` within a segment, `**` over any number of segments (also none),
/// `[a-z]`, `[!a-z]` and `{a,b}`. An exclude pattern may begin with a slash: `/**` excludes keys that do.
public final class Globs {
    /// A pattern longer than this is a mistake.
    private static final int MAX_PATTERN = 1024;

    private final List<String> include;
    private final List<String> exclude;

    /// @throws IllegalArgumentException naming the invalid pattern
    public Globs(List<String> include, List<String> exclude) {
        this.include = expanded(include, false);
        // A key may begin with a slash, which no path can: only exclude patterns may match that.
        this.exclude = expanded(exclude, true);
    }

    boolean takes(String path) {
        return (include.isEmpty() || matchesAny(include, path)) && !matchesAny(exclude, path);
    }

    private static boolean matchesAny(List<String> patterns, String path) {
        for (String pattern : patterns) {
            if (matches(pattern, 0, path, 0)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> expanded(List<String> patterns, boolean absolute) {
        List<String> all = new java.util.ArrayList<>();
        for (String pattern : patterns) {
            if (pattern.isEmpty()
                    || pattern.length() > MAX_PATTERN
                    || (!absolute && pattern.startsWith("/"))) {
                throw new IllegalArgumentException(
                        "pattern \""
                                + pattern
                                + "\" must be a relative path of 1 to "
                                + MAX_PATTERN
                                + " characters");
            }
            expand(pattern, pattern, all);
        }
        return List.copyOf(all);
    }

    private static void expand(String whole, String pattern, List<String> to) {
        int open = pattern.indexOf('{');
        if (open < 0) {
            checkClasses(whole, pattern);
            to.add(pattern);
            if (to.size() > 4096) {
                throw new IllegalArgumentException(
                        "pattern \"" + whole + "\" has too many alternatives");
            }
            return;
        }
        int close = pattern.indexOf('}', open);
        if (close < 0 || pattern.substring(open + 1, close).indexOf('{') >= 0) {
            throw new IllegalArgumentException(
                    "pattern \"" + whole + "\" has braces that do not match");
        }
        for (String choice : pattern.substring(open + 1, close).split(",", -1)) {
            expand(whole, pattern.substring(0, open) + choice + pattern.substring(close + 1), to);
        }
    }

    private static void checkClasses(String whole, String pattern) {
        for (int open = pattern.indexOf('['); open >= 0; ) {
            int close = pattern.indexOf(']', open + 2);
            if (close < 0) {
                throw new IllegalArgumentException("pattern \"" + whole + "\" has a [ without ]");
            }
            open = pattern.indexOf('[', close);
        }
    }

    private static boolean matches(String pattern, int p, String path, int s) {
        int at = p;
        int from = s;
        while (at < pattern.length()) {
            char c = pattern.charAt(at);
            if (c == '*') {
                boolean deep = at + 1 < pattern.length() && pattern.charAt(at + 1) == '*';
                return deep ? deep(pattern, at, path, from) : shallow(pattern, at + 1, path, from);
            }
            if (from == path.length()) {
                return false;
            }
            if (c == '[') {
                int close = pattern.indexOf(']', at + 2);
                if (path.charAt(from) == '/'
                        || !inClass(pattern, at + 1, close, path.charAt(from))) {
                    return false;
                }
                at = close;
            } else if (c == '?' ? path.charAt(from) == '/' : c != path.charAt(from)) {
                return false;
            }
            at++;
            from++;
        }
        return from == path.length();
    }

    private static boolean shallow(String pattern, int rest, String path, int from) {
        for (int i = from; i <= path.length(); i++) {
            if (matches(pattern, rest, path, i)) {
                return true;
            }
            if (i < path.length() && path.charAt(i) == '/') {
                return false;
            }
        }
        return false;
    }

    private static boolean deep(String pattern, int stars, String path, int from) {
        int rest = stars + 2;
        boolean wholeSegments = rest < pattern.length() && pattern.charAt(rest) == '/';
        if (wholeSegments && (from == 0 || path.charAt(from - 1) == '/')) {
            // "**/x" also matches "x": no segment at all.
            for (int i = from; i <= path.length(); i = path.indexOf('/', i) + 1) {
                if (matches(pattern, rest + 1, path, i)) {
                    return true;
                }
                if (path.indexOf('/', i) < 0) {
                    return false;
                }
            }
            return false;
        }
        for (int i = from; i <= path.length(); i++) {
            if (matches(pattern, rest, path, i)) {
                return true;
            }
        }
        return false;
    }

    private static boolean inClass(String pattern, int from, int to, char c) {
        boolean not = pattern.charAt(from) == '!';
        boolean found = false;
        for (int i = not ? from + 1 : from; i < to; i++) {
            char low = pattern.charAt(i);
            char high = low;
            if (i + 2 < to && pattern.charAt(i + 1) == '-') {
                high = pattern.charAt(i + 2);
                i += 2;
            }
            found |= c >= low && c <= high;
        }
        return found != not;
    }
}
