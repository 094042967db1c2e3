package dev.cistern.doubles.gcs;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// One response of [StrictGcs].
///
/// @param chunked whether it is chunked, without a length
/// @param cutAfter the connection closes after so many bytes of the body; -1 for never
record Answer(int status, Map<String, String> headers, byte[] body, boolean chunked, int cutAfter) {

    /// An error in the JSON API's form.
    static Answer error(int status, String reason, String message) {
        JsonObject detail = new JsonObject();
        detail.addProperty("message", message);
        detail.addProperty("domain", "global");
        detail.addProperty("reason", reason);
        JsonArray details = new JsonArray();
        details.add(detail);
        JsonObject error = new JsonObject();
        error.addProperty("code", status);
        error.addProperty("message", message);
        error.add("errors", details);
        JsonObject document = new JsonObject();
        document.add("error", error);
        return new Answer(
                status,
                Map.of("Content-Type", "application/json; charset=UTF-8"),
                document.toString().getBytes(StandardCharsets.UTF_8),
                false,
                -1);
    }

    /// The error of a media request is plain text, not a document.
    Answer asText() {
        String text = new String(body, StandardCharsets.UTF_8);
        if (status < 400 || !text.startsWith("{")) {
            return this;
        }
        String message =
                com.google.gson.JsonParser.parseString(text)
                        .getAsJsonObject()
                        .getAsJsonObject("error")
                        .get("message")
                        .getAsString();
        Map<String, String> changed = new TreeMap<>(headers);
        changed.put("Content-Type", "text/html; charset=UTF-8");
        return new Answer(
                status, changed, message.getBytes(StandardCharsets.UTF_8), chunked, cutAfter);
    }

    Answer with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(headers);
        all.putAll(more);
        all.values().removeIf(String::isEmpty);
        return new Answer(status, all, body, chunked, cutAfter);
    }

    Answer spoiled(Fault fault) {
        return switch (fault) {
            case Fault.Error error -> this;
            case Fault.RangeIgnored ignored -> this;
            case Fault.Other other ->
                    new Answer(
                            other.status(),
                            other.headers(),
                            other.body().getBytes(StandardCharsets.UTF_8),
                            false,
                            -1);
            case Fault.Headers changed -> with(changed.headers());
            case Fault.Packed packed ->
                    status != 200 || !headers.containsKey("X-Goog-Generation")
                            ? this
                            : new Answer(
                                    status,
                                    with(Map.of("Content-Encoding", "gzip")).headers,
                                    StrictGcs.packed(body),
                                    false,
                                    cutAfter);
            case Fault.Chunked ignored -> new Answer(status, headers, body, true, cutAfter);
            case Fault.Cut cut -> new Answer(status, headers, body, chunked, cut.afterBytes());
            case Fault.Flip flip -> {
                byte[] wrong = body.clone();
                if (flip.at() < wrong.length) {
                    wrong[flip.at()] ^= 1;
                }
                yield new Answer(status, headers, wrong, chunked, cutAfter);
            }
        };
    }

    void send(HttpExchange exchange) throws IOException {
        headers.forEach(exchange.getResponseHeaders()::set);
        // For HttpExchange 0 means chunked, and -1 no body.
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : chunked ? 0 : body.length);
        OutputStream out = exchange.getResponseBody();
        if (cutAfter >= 0) {
            out.write(Arrays.copyOf(body, Math.min(cutAfter, body.length)));
            out.flush();
            throw new IOException("cut as told");
        }
        out.write(body);
        out.close();
    }
}
