package dev.cistern.doubles.oss;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/// One answer.
///
/// @param chunked whether it comes in chunks, without a length
/// @param sent so many bytes of the body are sent, and the connection is closed; negative: all of them
record Answer(int status, Map<String, String> headers, byte[] body, boolean chunked, int sent) {

    static Answer of(int status, String type, byte[] body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", type);
        return new Answer(status, headers, body, false, -1);
    }

    /// The same with other headers; an empty value leaves one out.
    Answer with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.putAll(more);
        all.values().removeIf(String::isEmpty);
        return new Answer(status, all, body, chunked, sent);
    }

    Answer with(String name, String value) {
        return with(Map.of(name, value));
    }

    Answer with(byte[] other) {
        return new Answer(status, headers, other, chunked, sent);
    }

    /// The answer to a `HEAD`: the document of an error is in a header.
    Answer headOnly() {
        Answer told = this;
        if (status >= 400 && body.length > 0) {
            told =
                    with("x-oss-err", Base64.getEncoder().encodeToString(body))
                            .with(new byte[0])
                            .with("Content-Length", "0");
        } else if (!headers.containsKey("Content-Length")) {
            told = with("Content-Length", String.valueOf(body.length)).with(new byte[0]);
        }
        return told.with(new byte[0]);
    }

    Answer spoiled(Fault fault) {
        return switch (fault) {
            case Fault.Error error -> this;
            case Fault.Other other ->
                    new Answer(
                            other.status(),
                            other.headers(),
                            other.body().getBytes(StandardCharsets.UTF_8),
                            false,
                            -1);
            case Fault.Headers changed -> with(changed.headers());
            case Fault.Chunked packed -> new Answer(status, headers, body, true, sent);
            case Fault.Cut cut -> new Answer(status, headers, body, chunked, cut.afterBytes());
            case Fault.Flip flip -> {
                byte[] wrong = body.clone();
                if (flip.at() < wrong.length) {
                    wrong[flip.at()] ^= 1;
                }
                yield with(wrong);
            }
            case Fault.RangeIgnored ignored -> this;
        };
    }

    /// @return whether the connection may be used again
    boolean send(OutputStream out, boolean head, String date) throws IOException {
        StringBuilder text = new StringBuilder(512);
        text.append("HTTP/1.1 ").append(status).append(" Told\r\n");
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.putIfAbsent("Date", date);
        all.putIfAbsent("Server", "AliyunOSS");
        if (!head && chunked) {
            all.remove("Content-Length");
            all.put("Transfer-Encoding", "chunked");
        } else if (!head) {
            all.putIfAbsent("Content-Length", String.valueOf(body.length));
        }
        all.values().removeIf(String::isEmpty);
        all.forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        out.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (head) {
            out.flush();
            return true;
        }
        int length = sent < 0 ? body.length : Math.min(sent, body.length);
        if (chunked && length > 0) {
            out.write(
                    (Integer.toHexString(body.length) + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }
        out.write(body, 0, length);
        out.flush();
        if (sent >= 0) {
            return false;
        }
        if (chunked) {
            out.write(
                    ((length > 0 ? "\r\n" : "") + "0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        out.flush();
        return true;
    }
}
