package dev.cistern.populate.source.http;

import java.util.List;
import java.util.Locale;

/// The part of an endpoint that may be read with its credentials.
///
/// Paths are compared as a server reads them, decoded. An encoded slash is refused: servers do not agree on whether it parts two names.
///
/// @param paths decoded, each begins with `/`: what ends with a slash is what is below it, any other is itself and what is below it; empty means
///     everything
record HttpScope(List<String> paths) {
    /// All that is below the endpoint.
    static final HttpScope EVERYTHING = new HttpScope(List.of());

    HttpScope {
        paths = List.copyOf(paths);
    }

    /// Whether some of what is below the endpoint may not be read.
    boolean restricted() {
        return !paths.isEmpty();
    }

    /// Whether a file may be read.
    ///
    /// @param path percent-encoded, without `.` and `..`
    boolean holds(String path) {
        if (!restricted()) {
            return true;
        }
        String lower = path.toLowerCase(Locale.ROOT);
        if (lower.contains("%2f") || lower.contains("%5c") || lower.contains("%25")) {
            return false;
        }
        String decoded = FileUrl.decoded(path);
        return paths.stream().anyMatch(allowed -> covers(allowed, decoded));
    }

    private static boolean covers(String allowed, String path) {
        return path.equals(allowed)
                || path.startsWith(allowed.endsWith("/") ? allowed : allowed + "/");
    }

    @Override
    public String toString() {
        return restricted() ? String.join(", ", paths) : "everything";
    }
}
