package dev.cistern.doubles.gcs;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// Helpers of this package's servers.
final class Exchanges {
    private Exchanges() {}

    /// The parameters of a query or a form, decoded; a repeated name is an error.
    static Map<String, String> parameters(String text) {
        Map<String, String> all = new TreeMap<>();
        if (text.isEmpty()) {
            return all;
        }
        for (String pair : text.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            String before =
                    all.put(
                            URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                            parts.length < 2
                                    ? ""
                                    : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            if (before != null) {
                throw new IllegalArgumentException("parameter twice: " + parts[0]);
            }
        }
        return all;
    }

    static Map<String, String> query(HttpExchange exchange) {
        String raw = exchange.getRequestURI().getRawQuery();
        return parameters(raw == null ? "" : raw);
    }

    static String body(HttpExchange exchange) throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    }

    static void json(HttpExchange exchange, int status, JsonObject document) throws IOException {
        text(exchange, status, "application/json; charset=UTF-8", document.toString());
    }

    static void text(HttpExchange exchange, int status, String type, String text)
            throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
