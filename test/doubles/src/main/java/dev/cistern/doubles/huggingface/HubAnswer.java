package dev.cistern.doubles.huggingface;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One answer.
///
/// @param fault what goes wrong with its body; null for nothing
record HubAnswer(int status, Map<String, String> headers, byte[] body, @Nullable HubFault fault) {

    static HubAnswer of(int status, Map<String, String> headers, byte[] body) {
        return new HubAnswer(status, new TreeMap<>(headers), body, null);
    }

    static HubAnswer json(JsonElement document) {
        return of(
                200,
                Map.of("Content-Type", "application/json; charset=utf-8"),
                document.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// An error as the Hub words it: in headers, and in a document.
    static HubAnswer error(int status, String code, String message) {
        JsonObject document = new JsonObject();
        document.addProperty("error", message);
        Map<String, String> headers = new TreeMap<>();
        headers.put("Content-Type", "application/json; charset=utf-8");
        headers.put("X-Error-Message", message);
        if (!code.isEmpty()) {
            headers.put("X-Error-Code", code);
        }
        if (status == 401) {
            headers.put(
                    "WWW-Authenticate",
                    "Bearer realm=\"Authentication required\", charset=\"UTF-8\"");
        }
        return of(status, headers, document.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// A request that no client should send.
    static HubAnswer wrong(String problem) {
        return error(400, "", "\"" + problem + "\" is not allowed");
    }

    static HubAnswer redirect(int status, String location, Map<String, String> headers) {
        Map<String, String> all = new TreeMap<>(headers);
        all.put("Location", location);
        all.put("Content-Type", "text/plain; charset=utf-8");
        all.put("Vary", "Origin, Accept");
        return of(
                status,
                all,
                ("Temporary Redirect. Redirecting to " + location)
                        .getBytes(StandardCharsets.UTF_8));
    }

    /// The bytes of a file, or those of a range of it.
    static HubAnswer bytes(
            byte[] all, @Nullable String range, Map<String, String> headers, boolean rangeIgnored) {
        Map<String, String> told = new TreeMap<>(headers);
        told.put("Accept-Ranges", "bytes");
        if (range == null || rangeIgnored) {
            return of(200, told, all);
        }
        if (!range.matches("bytes=[0-9]+-[0-9]*")) {
            return wrong("range " + range);
        }
        long from = Long.parseLong(range.substring(6, range.indexOf('-')));
        String end = range.substring(range.indexOf('-') + 1);
        long to = end.isEmpty() ? all.length : Math.min(all.length, Long.parseLong(end) + 1);
        if (from >= all.length) {
            told.put("Content-Range", "bytes */" + all.length);
            return of(416, told, new byte[0]);
        }
        told.put("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + all.length);
        return of(206, told, Arrays.copyOfRange(all, (int) from, (int) to));
    }

    HubAnswer with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(headers);
        all.putAll(more);
        all.values().removeIf(String::isEmpty);
        return new HubAnswer(status, all, body, fault);
    }

    HubAnswer spoiled(@Nullable HubFault by) {
        return switch (by) {
            case null -> this;
            case HubFault.Error error ->
                    error(error.status(), error.code(), error.message()).with(error.headers());
            case HubFault.Other other ->
                    of(
                            other.status(),
                            other.headers(),
                            other.body().getBytes(StandardCharsets.UTF_8));
            case HubFault.Headers changed -> with(changed.headers());
            case HubFault.RangeIgnored ignored -> this;
            case HubFault.Short cut ->
                    new HubAnswer(
                            status,
                            headers,
                            Arrays.copyOf(body, Math.min(cut.bytes(), body.length)),
                            null);
            case HubFault.Flip flip -> {
                byte[] wrong = body.clone();
                if (flip.at() < wrong.length) {
                    wrong[flip.at()] ^= 1;
                }
                yield new HubAnswer(status, headers, wrong, null);
            }
            case HubFault.Cut cut -> new HubAnswer(status, headers, body, cut);
            case HubFault.Stall stall -> new HubAnswer(status, headers, body, stall);
        };
    }

    void send(HttpExchange exchange) throws IOException {
        headers.forEach(exchange.getResponseHeaders()::set);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        OutputStream out = exchange.getResponseBody();
        switch (fault) {
            case HubFault.Cut cut -> {
                out.write(body, 0, Math.min(cut.afterBytes(), body.length));
                out.flush();
                throw new IOException("cut as told");
            }
            case HubFault.Stall stall -> {
                out.write(body, 0, Math.min(stall.afterBytes(), body.length));
                out.flush();
                try {
                    Thread.sleep(stall.millis());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new IOException("stalled as told");
            }
            case null, default -> {
                out.write(body);
                out.close();
            }
        }
    }
}
