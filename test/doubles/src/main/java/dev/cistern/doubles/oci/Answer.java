package dev.cistern.doubles.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// One answer.
///
/// @param chunked whether it comes in chunks, without a length
/// @param cutAfter the connection closes after so many bytes of the body; -1: it does not
/// @param stallMillis how long it stays open before that
record Answer(
        int status,
        Map<String, String> headers,
        byte[] body,
        boolean chunked,
        int cutAfter,
        long stallMillis) {
    private static final long STALL_MILLIS = 30_000;

    static Answer of(int status, Map<String, String> headers, byte[] body) {
        return new Answer(status, headers, body, false, -1, 0);
    }

    /// An error as the distribution specification words it.
    static Answer error(int status, String code, String message) {
        JsonObject error = new JsonObject();
        error.addProperty("code", code);
        error.addProperty("message", message);
        JsonArray errors = new JsonArray();
        errors.add(error);
        JsonObject document = new JsonObject();
        document.add("errors", errors);
        return json(status, document);
    }

    static Answer json(int status, JsonObject document) {
        return of(
                status,
                Map.of("Content-Type", "application/json"),
                document.toString().getBytes(StandardCharsets.UTF_8));
    }

    Answer with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(headers);
        all.putAll(more);
        all.values().removeIf(String::isEmpty);
        return new Answer(status, all, body, chunked, cutAfter, stallMillis);
    }

    private Answer withBody(byte[] other) {
        return new Answer(status, headers, other, chunked, cutAfter, stallMillis);
    }

    Answer spoiled(Fault fault) {
        return switch (fault) {
            case Fault.Error error ->
                    error(error.status(), error.code(), error.message()).with(error.headers());
            case Fault.Other other -> of(other.status(), other.headers(), other.body());
            case Fault.Headers changed -> with(changed.headers());
            case Fault.Cut cut -> new Answer(status, headers, body, chunked, cut.afterBytes(), 0);
            case Fault.Stall stall ->
                    new Answer(status, headers, body, chunked, stall.afterBytes(), STALL_MILLIS);
            case Fault.Short cut ->
                    withBody(Arrays.copyOf(body, Math.min(body.length, cut.bytes())));
            case Fault.Chunked ignored ->
                    new Answer(status, headers, body, true, cutAfter, stallMillis);
            case Fault.Flip flip -> {
                byte[] wrong = body.clone();
                if (flip.at() < wrong.length) {
                    wrong[flip.at()] ^= 1;
                }
                yield withBody(wrong);
            }
        };
    }

    void send(HttpExchange exchange) throws IOException {
        headers.forEach(exchange.getResponseHeaders()::set);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        // For this server 0 means chunks, and -1 no body.
        exchange.sendResponseHeaders(status, chunked ? 0 : body.length == 0 ? -1 : body.length);
        OutputStream out = exchange.getResponseBody();
        if (cutAfter >= 0) {
            out.write(Arrays.copyOf(body, Math.min(cutAfter, body.length)));
            out.flush();
            try {
                Thread.sleep(stallMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("cut as told");
        }
        out.write(body);
        out.close();
    }
}
