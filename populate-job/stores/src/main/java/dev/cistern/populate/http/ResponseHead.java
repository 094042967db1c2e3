package dev.cistern.populate.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Status and headers of a response, parsed strictly, except that lines may end with a line feed alone (RFC 9112,
/// section 2.2).
public final class ResponseHead {
    /// S3 sends about 20; more than this is not a plausible response.
    static final int MAX_HEADERS = 128;

    private final int status;
    private final boolean http10;
    private final List<String> names;
    private final List<String> values;

    private ResponseHead(int status, boolean http10, List<String> names, List<String> values) {
        this.status = status;
        this.http10 = http10;
        this.names = names;
        this.values = values;
    }

    /// Parses a head without its final empty line.
    ///
    /// @param bytes the names in it are put in lower case
    /// @throws IllegalArgumentException with the violation of HTTP
    static ResponseHead parse(byte[] bytes, int length) {
        int end = lineEnd(bytes, 0, length);
        String line = text(bytes, 0, end);
        if (line.length() < 12
                || !(line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 "))
                || !isStatus(line)) {
            throw new IllegalArgumentException("status line is not HTTP/1.1");
        }
        int status = Integer.parseInt(line, 9, 12, 10);
        List<String> names = new ArrayList<>(24);
        List<String> values = new ArrayList<>(24);
        int at = next(bytes, end, length);
        while (at < length) {
            end = lineEnd(bytes, at, length);
            header(bytes, at, end, names, values);
            if (names.size() > MAX_HEADERS) {
                throw new IllegalArgumentException("more than " + MAX_HEADERS + " headers");
            }
            at = next(bytes, end, length);
        }
        return new ResponseHead(status, line.startsWith("HTTP/1.0"), names, values);
    }

    private static boolean isStatus(String line) {
        for (int i = 9; i < 12; i++) {
            if (line.charAt(i) < '0' || line.charAt(i) > '9') {
                return false;
            }
        }
        return line.charAt(9) != '0' && (line.length() == 12 || line.charAt(12) == ' ');
    }

    private static int lineEnd(byte[] bytes, int from, int length) {
        for (int i = from; i < length; i++) {
            byte b = bytes[i];
            if (b == '\r') {
                if (i + 1 < length && bytes[i + 1] != '\n') {
                    throw new IllegalArgumentException("carriage return inside a header");
                }
                return i;
            }
            if (b == '\n') {
                return i;
            }
            if (b == 0) {
                throw new IllegalArgumentException("control character inside a header");
            }
        }
        return length;
    }

    /// Start of the line after the one that ends at `end`.
    private static int next(byte[] bytes, int end, int length) {
        return end < length && bytes[end] == '\r' ? end + 2 : end + 1;
    }

    private static void header(
            byte[] bytes, int from, int end, List<String> names, List<String> values) {
        int colon = from;
        for (; colon < end && bytes[colon] != ':'; colon++) {
            byte b = bytes[colon];
            if (b >= 'A' && b <= 'Z') {
                bytes[colon] = (byte) (b + ('a' - 'A'));
            } else if (!isToken(b)) {
                throw new IllegalArgumentException(
                        "header name holds a character that is not allowed");
            }
        }
        if (colon == end || colon == from) {
            throw new IllegalArgumentException("header without a name or a colon");
        }
        int start = colon + 1;
        while (start < end && isBlank(bytes[start])) {
            start++;
        }
        while (end > start && isBlank(bytes[end - 1])) {
            end--;
        }
        names.add(text(bytes, from, colon));
        values.add(text(bytes, start, end));
    }

    private static boolean isToken(byte b) {
        return (b >= 'a' && b <= 'z')
                || b == '-'
                || (b >= '0' && b <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(b) >= 0;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static String text(byte[] bytes, int from, int end) {
        return new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    }

    /// The status code, 100 to 999.
    public int status() {
        return status;
    }

    /// The first value of a header, or null.
    ///
    /// @param name lower case
    public @Nullable String header(String name) {
        int at = names.indexOf(name);
        return at < 0 ? null : values.get(at);
    }

    /// All headers in order, name and value alternating; names are lower case.
    public List<String> headers() {
        List<String> all = new ArrayList<>(names.size() * 2);
        for (int i = 0; i < names.size(); i++) {
            all.add(names.get(i));
            all.add(values.get(i));
        }
        return all;
    }

    /// `Content-Length` in bytes, or -1 where there is none.
    ///
    /// @throws IllegalArgumentException when it is not one number
    public long contentLength() {
        long length = -1;
        for (int i = 0; i < names.size(); i++) {
            if (!names.get(i).equals("content-length")) {
                continue;
            }
            String value = values.get(i);
            if (value.isEmpty() || value.length() > 18) {
                throw new IllegalArgumentException("Content-Length is not a number");
            }
            long parsed = 0;
            for (int k = 0; k < value.length(); k++) {
                int digit = value.charAt(k) - '0';
                if (digit < 0 || digit > 9) {
                    throw new IllegalArgumentException("Content-Length is not a number");
                }
                parsed = parsed * 10 + digit;
            }
            if (length >= 0 && length != parsed) {
                throw new IllegalArgumentException("two different values of Content-Length");
            }
            length = parsed;
        }
        return length;
    }

    /// Whether the body comes in chunks.
    ///
    /// @throws IllegalArgumentException when the coding is another one, or a length is given as well
    boolean chunked() {
        String coding = header("transfer-encoding");
        if (coding == null) {
            return false;
        }
        if (!coding.equalsIgnoreCase("chunked")
                || names.indexOf("transfer-encoding") != names.lastIndexOf("transfer-encoding")) {
            throw new IllegalArgumentException("Transfer-Encoding other than chunked");
        }
        if (contentLength() >= 0) {
            throw new IllegalArgumentException("both Transfer-Encoding and Content-Length");
        }
        return true;
    }

    /// Whether the peer keeps the connection open after this message.
    boolean keepsAlive() {
        String connection = header("connection");
        if (connection == null) {
            return !http10;
        }
        String lower = connection.toLowerCase(Locale.ROOT);
        return !lower.contains("close") && (!http10 || lower.contains("keep-alive"));
    }
}
