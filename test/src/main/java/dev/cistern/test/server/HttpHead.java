package dev.cistern.test.server;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The first line and the headers of an HTTP/1.1 message, in their order and spelling.
public record HttpHead(String firstLine, List<Header> headers) {
    private static final int MAX_BYTES = 64 << 10;

    public record Header(String name, String value) {}

    public HttpHead {
        headers = List.copyOf(headers);
    }

    /// Reads up to the empty line.
    ///
    /// @return empty if the stream ended before the first byte
    /// @throws IOException if it ends later, or the head is malformed or longer than 64 KiB
    public static Optional<HttpHead> read(InputStream in) throws IOException {
        String first = line(in, MAX_BYTES);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        var headers = new ArrayList<Header>();
        int size = first.length();
        for (String line; !(line = line(in, MAX_BYTES - size)).isEmpty(); ) {
            size += line.length();
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new IOException("malformed header line: " + line);
            }
            headers.add(new Header(line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return Optional.of(new HttpHead(first, headers));
    }

    private static String line(InputStream in, int limit) throws IOException {
        var bytes = new ByteArrayOutputStream(128);
        for (int b; (b = in.read()) != '\n'; ) {
            if (b < 0) {
                if (bytes.size() == 0) {
                    return "";
                }
                throw new EOFException("connection closed inside a message's head");
            }
            if (bytes.size() >= limit) {
                throw new IOException("a message's head is longer than " + MAX_BYTES + " bytes");
            }
            bytes.write(b);
        }
        String line = bytes.toString(StandardCharsets.ISO_8859_1);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    public Optional<String> header(String name) {
        return headers.stream()
                .filter(h -> h.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst();
    }

    public HttpHead without(String name) {
        return new HttpHead(
                firstLine, headers.stream().filter(h -> !h.name().equalsIgnoreCase(name)).toList());
    }

    public HttpHead with(String name, String value) {
        var all = new ArrayList<>(without(name).headers);
        all.add(new Header(name, value));
        return new HttpHead(firstLine, all);
    }

    /// The method of a request.
    public String method() {
        return firstLine.substring(0, Math.max(0, firstLine.indexOf(' ')));
    }

    /// The target of a request: path and query, as sent.
    public String target() {
        String[] parts = firstLine.split(" ", 3);
        return parts.length == 3 ? parts[1] : "/";
    }

    public String path() {
        int query = target().indexOf('?');
        return query < 0 ? target() : target().substring(0, query);
    }

    public String query() {
        int query = target().indexOf('?');
        return query < 0 ? "" : target().substring(query + 1);
    }

    /// The status of a response.
    public int status() throws IOException {
        String[] parts = firstLine.split(" ", 3);
        if (parts.length < 2 || parts[1].length() != 3) {
            throw new IOException("malformed status line: " + firstLine);
        }
        return Integer.parseInt(parts[1]);
    }

    public boolean chunked() {
        return header("transfer-encoding")
                .map(v -> v.toLowerCase(Locale.ROOT).contains("chunked"))
                .orElse(false);
    }

    public boolean closes() {
        return header("connection").map(v -> v.equalsIgnoreCase("close")).orElse(false);
    }

    public byte[] bytes() {
        var text = new StringBuilder(firstLine).append("\r\n");
        for (Header header : headers) {
            text.append(header.name()).append(": ").append(header.value()).append("\r\n");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
