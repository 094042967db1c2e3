package dev.cistern.populate.source.http;

import dev.cistern.populate.http.Origin;
import java.nio.charset.StandardCharsets;

/// The URL of one file.
///
/// @param origin of its host
/// @param path percent-encoded, begins with `/`
/// @param query percent-encoded; empty where there is none. It may contain a signature, so it is never shown
record FileUrl(Origin origin, String path, String query) {
    /// The text of the URL.
    String text() {
        return origin + target();
    }

    /// Path and query for a request.
    String target() {
        return query.isEmpty() ? path : path + "?" + query;
    }

    /// For messages.
    String shown() {
        return origin + path;
    }

    /// As it is shown.
    @Override
    public String toString() {
        return shown();
    }

    /// The file's own name: the last part of its path, decoded; empty where the path ends with `/`.
    String name() {
        return decoded(path.substring(path.lastIndexOf('/') + 1));
    }

    /// The path up to the last slash, with it.
    String directory() {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }

    /// Decodes percent-encoding as UTF-8. Invalid sequences become replacement characters.
    static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] from = text.getBytes(StandardCharsets.UTF_8);
        byte[] to = new byte[from.length];
        int n = 0;
        for (int i = 0; i < from.length; i++) {
            int high =
                    from[i] == '%' && i + 2 < from.length ? Character.digit(from[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(from[i + 2], 16);
            if (low < 0) {
                to[n++] = from[i];
            } else {
                to[n++] = (byte) (high << 4 | low);
                i += 2;
            }
        }
        return new String(to, 0, n, StandardCharsets.UTF_8);
    }
}
