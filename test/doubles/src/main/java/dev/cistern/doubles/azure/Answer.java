package dev.cistern.doubles.azure;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One answer of [StrictAzureBlob].
///
/// @param chunked whether it comes in chunks, without a length
/// @param fault what happens while the body is sent; null for nothing
record Answer(
        int status,
        Map<String, String> headers,
        byte[] body,
        boolean chunked,
        @Nullable Fault fault) {

    /// Where an error says when it was made.
    private static final String TIME = "Time:@";

    Answer(int status, Map<String, String> headers, byte[] body) {
        this(status, headers, body, false, null);
    }

    /// An error as the service words it: a document that begins with a byte order mark, as the service's do.
    static Answer error(int status, String code, String message) {
        return error(status, code, message, "");
    }

    /// @param detail why authentication failed; empty where it is not about that
    static Answer error(int status, String code, String message, String detail) {
        String document =
                "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>"
                        + code
                        + "</Code><Message>"
                        + Xml.escaped(message)
                        + "\nRequestId:00000000-001e-0000-0000-000000000000\n"
                        + TIME
                        + "</Message>"
                        + (detail.isEmpty()
                                ? ""
                                : "<AuthenticationErrorDetail>"
                                        + Xml.escaped(detail)
                                        + "</AuthenticationErrorDetail>")
                        + "</Error>";
        Map<String, String> headers = new TreeMap<>();
        headers.put("Content-Type", "application/xml");
        headers.put("x-ms-error-code", code);
        return new Answer(status, headers, document.getBytes(StandardCharsets.UTF_8));
    }

    Answer with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(headers);
        all.putAll(more);
        all.values().removeIf(String::isEmpty);
        return new Answer(status, all, body, chunked, fault);
    }

    Answer spoiled(Fault with) {
        return switch (with) {
            case Fault.Error error -> this;
            case Fault.RangeIgnored ignored -> this;
            case Fault.Other other ->
                    new Answer(
                            other.status(),
                            other.headers(),
                            other.body().getBytes(StandardCharsets.UTF_8));
            case Fault.Headers changed -> with(changed.headers());
            case Fault.Chunked ignored -> new Answer(status, headers, body, true, fault);
            case Fault.Cut cut -> new Answer(status, headers, body, chunked, cut);
            case Fault.Stall stall -> new Answer(status, headers, body, chunked, stall);
            case Fault.Flip flip -> {
                byte[] wrong = body.clone();
                if (flip.at() < wrong.length) {
                    wrong[flip.at()] ^= 1;
                }
                yield new Answer(status, headers, wrong, chunked, fault);
            }
        };
    }

    /// The same at a time: an error says it. The header `Date` is the server's own, which knows this machine's clock
    /// alone.
    Answer at(Instant now) {
        if (status < 400) {
            return this;
        }
        String time =
                now.truncatedTo(ChronoUnit.MILLIS).toString().replaceFirst("(\\.[0-9]+)?Z$", "");
        byte[] told =
                new String(body, StandardCharsets.UTF_8)
                        .replace(TIME, "Time:" + time + ".1234567Z")
                        .getBytes(StandardCharsets.UTF_8);
        return new Answer(status, headers, told, chunked, fault);
    }

    void send(HttpExchange exchange) throws IOException {
        headers.forEach(exchange.getResponseHeaders()::set);
        if (exchange.getRequestMethod().equals("HEAD")) {
            if (status < 400) {
                exchange.getResponseHeaders()
                        .set("Content-Length", headers.getOrDefault("Content-Length", "0"));
            }
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        // For this server 0 means chunks, and -1 no body.
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : chunked ? 0 : body.length);
        OutputStream out = exchange.getResponseBody();
        switch (fault) {
            case Fault.Cut cut -> {
                out.write(Arrays.copyOf(body, Math.min(cut.afterBytes(), body.length)));
                out.flush();
                throw new IOException("cut as told");
            }
            case Fault.Stall stall -> {
                out.write(Arrays.copyOf(body, Math.min(stall.afterBytes(), body.length)));
                out.flush();
                sleep(stall.millis());
                throw new IOException("stalled as told");
            }
            case null, default -> {
                out.write(body);
                out.close();
            }
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
