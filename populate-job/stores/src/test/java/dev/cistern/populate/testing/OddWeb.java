package dev.cistern.populate.testing;

import dev.cistern.doubles.net.Connections;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An HTTP file server in memory that checks requests strictly and has quirks of real servers.
///
/// Invalid HTTP/1.1 requests are answered with 400: a target with characters that a URL must not have, no `Host`, a
/// repeated header, a `Range` that is not one range, a body. Unrequested credentials are recorded ([Asked#headers]).
public final class OddWeb implements AutoCloseable {
    /// A server's quirks.
    ///
    /// @param head status of responses to `HEAD`; 0 for normal ones
    /// @param length how the end of a body is marked
    /// @param ranges handling of `Range`
    /// @param etag version header
    /// @param dated whether it sends `Last-Modified`
    /// @param packed whether it labels files as compressed
    public record Quirks(
            int head, Length length, Ranges ranges, Tag etag, boolean dated, boolean packed) {
        /// Like nginx and Apache.
        public static final Quirks USUAL =
                new Quirks(0, Length.TOLD, Ranges.SERVED, Tag.STRONG, true, false);

        public Quirks withHead(int status) {
            return new Quirks(status, length, ranges, etag, dated, packed);
        }

        public Quirks with(Length other) {
            return new Quirks(head, other, ranges, etag, dated, packed);
        }

        public Quirks with(Ranges other) {
            return new Quirks(head, length, other, etag, dated, packed);
        }

        public Quirks with(Tag other) {
            return new Quirks(head, length, ranges, other, dated, packed);
        }

        public Quirks undated() {
            return new Quirks(head, length, ranges, etag, false, packed);
        }

        public Quirks asPacked() {
            return new Quirks(head, length, ranges, etag, dated, true);
        }
    }

    /// How the end of a body is marked.
    public enum Length {
        TOLD,
        CHUNKED,
        CONNECTION_CLOSES
    }

    /// Handling of range requests.
    public enum Ranges {
        SERVED,
        /// Supported, but without `Accept-Ranges`.
        SERVED_UNSAID,
        /// Ignored: the whole file is sent.
        IGNORED,
        /// Ignored, with `Accept-Ranges: none`.
        REFUSED,
        /// `Content-Range` has no total.
        WITHOUT_TOTAL,
        /// `Content-Range` and bytes are of another range than requested.
        WRONG
    }

    /// The server's version header.
    public enum Tag {
        STRONG,
        WEAK,
        NONE
    }

    /// A request.
    public record Asked(String method, String target, Map<String, String> headers, int number) {}

    /// A response instead of the file.
    ///
    /// @param status of it
    /// @param headers except for its length
    /// @param body of it
    public record Answer(int status, Map<String, String> headers, byte[] body) {
        public static Answer of(int status, Map<String, String> headers) {
            return new Answer(
                    status, headers, ("status " + status).getBytes(StandardCharsets.UTF_8));
        }
    }

    /// A fault in the transmission of one body.
    ///
    /// @param cutAfter the connection closes after so many bytes; -1 for never
    /// @param told so many bytes too many are announced
    /// @param pauseMillis between pieces of 16 KiB
    public record Sending(int cutAfter, int told, int pauseMillis) {
        static final Sending WELL = new Sending(-1, 0, 0);
    }

    private record Stored(byte[] bytes, int version) {}

    private static final Pattern TARGET =
            Pattern.compile("/([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*");
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");

    private final Connections clients;
    private final Map<String, Stored> files = new ConcurrentHashMap<>();
    private final Map<String, Quirks> ownQuirks = new ConcurrentHashMap<>();
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final AtomicLong bytesSent = new AtomicLong();
    private volatile Quirks quirks = Quirks.USUAL;
    private volatile UnaryHook hook = request -> null;
    private volatile SendingHook sending = request -> Sending.WELL;
    private volatile @Nullable String authorization;

    /// A response instead of the file, or null.
    public interface UnaryHook {
        @Nullable Answer answer(Asked request);
    }

    /// The fault of a response.
    public interface SendingHook {
        Sending of(Asked request);
    }

    public OddWeb() throws IOException {
        clients = new Connections(this::serve);
    }

    public String endpoint() {
        return "http://127.0.0.1:" + clients.port();
    }

    /// Host and port in the form of `http.allowedHosts`.
    public String authority() {
        return "127.0.0.1:" + clients.port();
    }

    /// Stores a new version of a file.
    ///
    /// @param target its percent-encoded path
    public void put(String target, byte[] bytes) {
        files.merge(
                target,
                new Stored(bytes, 1),
                (before, now) -> new Stored(now.bytes, before.version + 1));
    }

    public void remove(String target) {
        files.remove(target);
    }

    public void quirks(Quirks all) {
        quirks = all;
    }

    /// The quirks for one file.
    public void quirks(String target, UnaryOperator<Quirks> change) {
        ownQuirks.put(target, change.apply(quirks));
    }

    /// Sets a hook for responses instead of files.
    public void answers(UnaryHook instead) {
        hook = instead;
    }

    public void sending(SendingHook how) {
        sending = how;
    }

    /// Requires this value of `Authorization`.
    public void authorization(String value) {
        authorization = value;
    }

    public List<Asked> asked() {
        return asked;
    }

    /// The requests for one file with one method.
    public List<Asked> asked(String method, String target) {
        return asked.stream()
                .filter(a -> a.method.equals(method) && a.target.equals(target))
                .toList();
    }

    public long bytesSent() {
        return bytesSent.get();
    }

    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(FaultyS3.digest("SHA-256", bytes));
    }

    private void serve(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
        while (answer(in, out)) {
            out.flush();
        }
        out.flush();
    }

    private boolean answer(InputStream in, OutputStream out) throws IOException {
        String line = line(in);
        if (line.isEmpty()) {
            return false;
        }
        Map<String, String> headers = new TreeMap<>();
        boolean sound = true;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            sound &= colon > 0 && !header.contains("\r");
            String name = header.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
            sound &= headers.put(name, header.substring(colon + 1).strip()) == null;
        }
        String[] parts = line.split(" ", -1);
        sound &= parts.length == 3 && parts[2].equals("HTTP/1.1");
        sound &= parts.length > 1 && TARGET.matcher(parts[1]).matches();
        sound &= headers.containsKey("host") && !headers.containsKey("content-length");
        String range = headers.get("range");
        sound &= range == null || RANGE.matcher(range).matches();
        if (!sound) {
            asked.add(new Asked("BAD", line, headers, 0));
            out.write(
                    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            return false;
        }
        Asked request =
                new Asked(
                        parts[0],
                        parts[1],
                        headers,
                        counts.merge(parts[0] + " " + parts[1], 1, Integer::sum));
        asked.add(request);
        return answer(out, request) && !"close".equals(headers.get("connection"));
    }

    private boolean answer(OutputStream out, Asked request) throws IOException {
        Quirks mine = ownQuirks.getOrDefault(request.target, quirks);
        Answer instead = hook.answer(request);
        if (instead == null
                && authorization != null
                && !authorization.equals(request.headers.get("authorization"))) {
            instead = Answer.of(401, Map.of("WWW-Authenticate", "Basic realm=\"files\""));
        }
        if (instead == null && !request.method.equals("GET") && !request.method.equals("HEAD")) {
            instead = Answer.of(405, Map.of("Allow", "GET, HEAD"));
        }
        if (instead == null && request.method.equals("HEAD") && mine.head != 0) {
            instead = Answer.of(mine.head, Map.of());
        }
        Stored file = files.get(request.target);
        if (instead == null && file == null) {
            instead = Answer.of(404, Map.of("Content-Type", "text/html"));
        }
        if (instead != null || file == null) {
            Answer given = instead == null ? Answer.of(404, Map.of()) : instead;
            return send(
                    out,
                    request,
                    given.status,
                    new TreeMap<>(given.headers),
                    given.body,
                    0,
                    given.body.length,
                    Length.TOLD,
                    Sending.WELL);
        }
        return file(out, request, file, mine);
    }

    private boolean file(OutputStream out, Asked request, Stored file, Quirks mine)
            throws IOException {
        TreeMap<String, String> headers = new TreeMap<>();
        String tag =
                (mine.etag == Tag.WEAK ? "W/" : "")
                        + "\""
                        + sha256(file.bytes).substring(0, 16)
                        + "\"";
        String date =
                "Fri, 02 Jan 2026 03:04:"
                        + String.format(Locale.ROOT, "%02d", file.version % 60)
                        + " GMT";
        if (mine.etag != Tag.NONE) {
            headers.put("ETag", tag);
        }
        if (mine.dated) {
            headers.put("Last-Modified", date);
        }
        if (mine.packed) {
            headers.put("Content-Encoding", "gzip");
        }
        if (mine.ranges == Ranges.SERVED || mine.ranges == Ranges.WITHOUT_TOTAL) {
            headers.put("Accept-Ranges", "bytes");
        } else if (mine.ranges == Ranges.REFUSED) {
            headers.put("Accept-Ranges", "none");
        }
        String match = request.headers.get("if-match");
        if (match != null && (mine.etag != Tag.STRONG || !match.equals(tag))) {
            return send(
                    out,
                    request,
                    412,
                    new TreeMap<>(),
                    new byte[0],
                    0,
                    0,
                    Length.TOLD,
                    Sending.WELL);
        }
        String range = request.headers.get("range");
        String condition = request.headers.get("if-range");
        boolean served =
                range != null && mine.ranges != Ranges.IGNORED && mine.ranges != Ranges.REFUSED;
        if (condition != null) {
            // A weak tag never matches (RFC 9110, section 13.1.5).
            served &=
                    condition.equals(date)
                            ? mine.dated
                            : mine.etag == Tag.STRONG && condition.equals(tag);
        }
        int from = 0;
        int to = file.bytes.length;
        int status = 200;
        if (served) {
            Matcher asks = RANGE.matcher(String.valueOf(range));
            asks.matches();
            from = Integer.parseInt(asks.group(1));
            to = asks.group(2).isEmpty() ? to : Math.min(to, Integer.parseInt(asks.group(2)) + 1);
            if (from >= file.bytes.length) {
                headers.put("Content-Range", "bytes */" + file.bytes.length);
                return send(
                        out, request, 416, headers, new byte[0], 0, 0, Length.TOLD, Sending.WELL);
            }
            status = 206;
            if (mine.ranges == Ranges.WRONG) {
                from = Math.min(from + 1, file.bytes.length - 1);
            }
            headers.put(
                    "Content-Range",
                    "bytes "
                            + from
                            + "-"
                            + (to - 1)
                            + "/"
                            + (mine.ranges == Ranges.WITHOUT_TOTAL ? "*" : "" + file.bytes.length));
        }
        return send(
                out,
                request,
                status,
                headers,
                file.bytes,
                from,
                to,
                mine.length,
                sending.of(request));
    }

    private boolean send(
            OutputStream out,
            Asked request,
            int status,
            TreeMap<String, String> headers,
            byte[] body,
            int from,
            int to,
            Length length,
            Sending how)
            throws IOException {
        switch (length) {
            case TOLD -> headers.put("Content-Length", "" + (to - from + how.told));
            case CHUNKED -> headers.put("Transfer-Encoding", "chunked");
            case CONNECTION_CLOSES -> headers.put("Connection", "close");
        }
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Because\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (request.method.equals("HEAD")) {
            return length != Length.CONNECTION_CLOSES;
        }
        boolean cut = how.cutAfter >= 0 && how.cutAfter < to - from;
        int end = cut ? from + how.cutAfter : to;
        for (int at = from; at < end; at += 16 * 1024) {
            int n = Math.min(16 * 1024, end - at);
            if (length == Length.CHUNKED) {
                out.write((Integer.toHexString(n) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            }
            out.write(body, at, n);
            if (length == Length.CHUNKED) {
                out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
            }
            bytesSent.addAndGet(n);
            if (how.pauseMillis > 0) {
                out.flush();
                pause(how.pauseMillis);
            }
        }
        if (length == Length.CHUNKED && !cut) {
            out.write("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        return !cut && how.told == 0 && length != Length.CONNECTION_CLOSES;
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.append((char) b);
        }
        int end = line.length() - 1;
        return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
    }

    @Override
    public void close() throws IOException {
        clients.close();
    }
}
