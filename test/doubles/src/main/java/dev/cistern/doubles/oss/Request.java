package dev.cistern.doubles.oss;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// A request as it came.
///
/// @param host of the `Host` header, without the port
/// @param path as sent, percent-encoded
/// @param query as sent, percent-encoded; empty without one
/// @param headers by lower-case name
record Request(
        String method,
        String host,
        String path,
        String query,
        Map<String, String> headers,
        byte[] body) {

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    boolean head() {
        return method.equals("HEAD");
    }

    /// The parameters of the query, decoded.
    Map<String, String> parameters() {
        return parameters(query);
    }

    /// Those of a query or a form.
    ///
    /// @throws IllegalArgumentException when a name comes twice
    static Map<String, String> parameters(String text) {
        Map<String, String> all = new TreeMap<>();
        if (text.isEmpty()) {
            return all;
        }
        for (String pair : text.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            String before = all.put(decoded(parts[0]), parts.length < 2 ? "" : decoded(parts[1]));
            if (before != null) {
                throw new IllegalArgumentException("parameter twice: " + parts[0]);
            }
        }
        return all;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
