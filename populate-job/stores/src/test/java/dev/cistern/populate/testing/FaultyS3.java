package dev.cistern.populate.testing;

import dev.cistern.doubles.net.Connections;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.s3.AwsKeys;
import dev.cistern.populate.source.s3.DirectApi;
import dev.cistern.populate.source.s3.S3Location;
import dev.cistern.populate.source.s3.S3Source;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An S3 server in memory that checks requests strictly and injects faults.
///
/// One bucket, `bucket`, path style; one access key. It implements `ListObjectsV2`, `HEAD` and `GET` with ranges and
/// conditions.
public final class FaultyS3 implements AutoCloseable {
    public static final String BUCKET = "bucket";
    public static final String KEY_ID = "test-key";
    public static final String SECRET = "test-secret";

    /// An object.
    ///
    /// @param bytes of it
    /// @param etag quoted
    /// @param checksums headers sent with `x-amz-checksum-mode: ENABLED`
    public record Stored(byte[] bytes, String etag, Map<String, String> checksums) {}

    /// A request.
    ///
    /// @param method `GET` or `HEAD`
    /// @param key empty for a listing
    /// @param query decoded
    /// @param headers by lower-case name
    /// @param number of this request for this key, from 1
    public record Asked(
            String method,
            String key,
            Map<String, String> query,
            Map<String, String> headers,
            int number) {
        public boolean listing() {
            return key.isEmpty();
        }
    }

    /// A fault in one response.
    public sealed interface Fault {
        /// An error response.
        record Status(int status, String code, Map<String, String> headers) implements Fault {}

        /// The connection closes after so many bytes of the body.
        record Cut(int afterBytes) implements Fault {}

        /// The body stalls after so many bytes.
        record Stall(int afterBytes) implements Fault {}

        /// The response is delayed by so many milliseconds.
        record Late(int millis) implements Fault {}

        /// The body is sent byte by byte, with so many milliseconds between them.
        record Trickle(int millis) implements Fault {}

        /// Replaces headers; an empty value removes one.
        record Headers(Map<String, String> headers) implements Fault {}

        /// Flips one bit of the body.
        record Flip(int at) implements Fault {}

        /// The body is chunked.
        record Chunked() implements Fault {}

        /// A different document, correctly framed.
        record Document(String text) implements Fault {}

        /// A verbatim response; without a length and not chunked, the end of the connection ends it.
        record Other(int status, Map<String, String> headers, byte[] body, boolean chunked)
                implements Fault {
            public Other(int status, Map<String, String> headers, String body) {
                this(status, headers, body.getBytes(StandardCharsets.UTF_8), false);
            }
        }

        /// These bytes, and the connection closes.
        record Raw(String text) implements Fault {}
    }

    private static final String IDLE =
            "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

    private final Connections clients;
    private final TreeMap<String, Stored> objects = new TreeMap<>();
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();
    private final Map<String, Integer> listedSizes = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final AtomicLong bytesSent = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();
    private volatile Function<Asked, @Nullable Fault> faults = request -> null;
    private volatile int pageSize = 1000;
    private volatile boolean checksKeys = true;
    private volatile boolean closesIdle;
    private volatile boolean timesOutIdle;

    public FaultyS3() throws IOException {
        clients = new Connections(this::serve);
    }

    public String endpoint() {
        return "http://127.0.0.1:" + clients.port();
    }

    /// A source over a prefix, configured as in a fill, with time-outs of one and a half seconds and five.
    public Source source(String prefix) {
        S3Location location = S3Location.of(endpoint(), null, BUCKET, true);
        HttpClient http =
                new HttpClient(
                        new HttpClient.Settings(5000, 1500, BufferPool.of(128 * 1024)),
                        new Tls(null, false));
        AwsKeys keys = new AwsKeys(KEY_ID, SECRET, null);
        return S3Source.of(location, prefix, new DirectApi(location, http, () -> keys, "test"));
    }

    /// Stores an object with a CRC-64/NVME, like current clients.
    public synchronized void put(String key, byte[] bytes) {
        put(key, bytes, Map.of("x-amz-checksum-crc64nvme", crc(DigestKind.CRC64NVME, bytes)));
    }

    public synchronized void put(String key, byte[] bytes, Map<String, String> checksums) {
        objects.put(key, new Stored(bytes, "\"" + md5(bytes) + "\"", checksums));
    }

    public synchronized void putWithETag(
            String key, byte[] bytes, String etag, Map<String, String> checksums) {
        objects.put(key, new Stored(bytes, etag, checksums));
    }

    public synchronized void remove(String key) {
        objects.remove(key);
    }

    /// Lists an object with a wrong size.
    public void listedSize(String key, int size) {
        listedSizes.put(key, size);
    }

    public void faults(Function<Asked, @Nullable Fault> answers) {
        faults = answers;
    }

    public void pageSize(int keys) {
        pageSize = keys;
    }

    public void anonymous() {
        checksKeys = false;
    }

    /// Closes each connection after one response, without announcing it: the race of every kept-alive connection.
    public void closesIdle() {
        closesIdle = true;
    }

    /// Sends 408 on each idle connection, and closes it when the next request arrives.
    public void timesOutIdle() {
        timesOutIdle = true;
    }

    public List<Asked> asked() {
        return asked;
    }

    public long bytesSent() {
        return bytesSent.get();
    }

    public long connections() {
        return connections.get();
    }

    public static String crc(DigestKind kind, byte[] bytes) {
        java.util.zip.Checksum checksum = kind.newChecksum();
        checksum.update(bytes, 0, bytes.length);
        byte[] value = ByteBuffer.allocate(8).putLong(checksum.getValue()).array();
        return Base64.getEncoder()
                .encodeToString(Arrays.copyOfRange(value, 8 - kind.bits() / 8, 8));
    }

    public static String md5(byte[] bytes) {
        return HexFormat.of().formatHex(digest("MD5", bytes));
    }

    public static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve(Socket socket) throws IOException {
        connections.incrementAndGet();
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
        while (answer(in, out)) {
            out.flush();
            if (closesIdle) {
                return;
            }
            if (timesOutIdle) {
                out.write(IDLE.getBytes(StandardCharsets.US_ASCII));
                out.flush();
                line(in);
                return;
            }
        }
        out.flush();
    }

    private boolean answer(InputStream in, OutputStream out) throws IOException {
        String line = line(in);
        if (line.isEmpty()) {
            return false;
        }
        Map<String, String> headers = new HashMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(java.util.Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        String[] parts = line.split(" ", 3);
        int mark = parts[1].indexOf('?');
        String path = mark < 0 ? parts[1] : parts[1].substring(0, mark);
        String key =
                path.startsWith("/" + BUCKET + "/")
                        ? decoded(path.substring(BUCKET.length() + 2))
                        : "";
        boolean known = path.startsWith("/" + BUCKET + "/") || path.equals("/" + BUCKET);
        Asked request =
                new Asked(
                        parts[0],
                        key,
                        query(mark < 0 ? "" : parts[1].substring(mark + 1)),
                        headers,
                        counts.merge(parts[0] + " " + key, 1, Integer::sum));
        asked.add(request);
        return answer(out, request, known) && !"close".equals(headers.get("connection"));
    }

    private boolean answer(OutputStream out, Asked request, boolean known) throws IOException {
        Fault fault = faults.apply(request);
        if (fault instanceof Fault.Raw raw) {
            out.write(raw.text().getBytes(StandardCharsets.ISO_8859_1));
            return false;
        }
        if (fault instanceof Fault.Document document) {
            byte[] body = document.text().getBytes(StandardCharsets.UTF_8);
            return send(
                    out,
                    request,
                    200,
                    new TreeMap<>(Map.of("Content-Type", "application/xml")),
                    body,
                    null);
        }
        if (fault instanceof Fault.Other other) {
            TreeMap<String, String> given = new TreeMap<>(other.headers());
            if (other.chunked()) {
                return send(out, request, other.status(), given, other.body(), new Fault.Chunked());
            }
            given.putIfAbsent("Content-Length", "" + other.body().length);
            return send(
                    out, request, other.status(), given, other.body(), new Fault.Headers(given));
        }
        if (fault instanceof Fault.Late late) {
            pause(late.millis());
        }
        if (fault instanceof Fault.Status status) {
            return error(out, request, status.status(), status.code(), status.headers());
        }
        String authorization = request.headers().getOrDefault("authorization", "");
        if (checksKeys && !authorization.contains("Credential=" + KEY_ID + "/")) {
            return error(
                    out,
                    request,
                    403,
                    authorization.isEmpty() ? "AccessDenied" : "InvalidAccessKeyId",
                    Map.of());
        }
        if (!known) {
            return error(out, request, 404, "NoSuchBucket", Map.of());
        }
        return request.listing() ? list(out, request, fault) : object(out, request, fault);
    }

    private boolean list(OutputStream out, Asked request, @Nullable Fault fault)
            throws IOException {
        String prefix = request.query().getOrDefault("prefix", "");
        String after = request.query().getOrDefault("continuation-token", "");
        StringBuilder xml =
                new StringBuilder(
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                + "<ListBucketResult xmlns=\"http://s3\">");
        xml.append("<Name>").append(BUCKET).append("</Name><EncodingType>url</EncodingType>");
        List<Map.Entry<String, Stored>> found = new ArrayList<>();
        synchronized (this) {
            objects.tailMap(prefix, true).entrySet().stream()
                    .takeWhile(e -> e.getKey().startsWith(prefix))
                    .filter(e -> after.isEmpty() || e.getKey().compareTo(after) > 0)
                    .limit(pageSize + 1L)
                    .forEach(found::add);
        }
        boolean more = found.size() > pageSize;
        for (Map.Entry<String, Stored> entry : found.subList(0, Math.min(pageSize, found.size()))) {
            xml.append("<Contents><Key>").append(encoded(entry.getKey())).append("</Key>");
            xml.append("<LastModified>2026-01-02T03:04:05.678Z</LastModified>");
            if (!entry.getValue().etag().isEmpty()) {
                xml.append("<ETag>")
                        .append(entry.getValue().etag().replace("\"", "&quot;"))
                        .append("</ETag>");
            }
            xml.append("<Size>")
                    .append(
                            listedSizes.getOrDefault(
                                    entry.getKey(), entry.getValue().bytes().length))
                    .append("</Size>");
            xml.append("<Owner><ID>1</ID></Owner><StorageClass>STANDARD</StorageClass></Contents>");
        }
        xml.append("<IsTruncated>").append(more).append("</IsTruncated>");
        if (more) {
            xml.append("<NextContinuationToken>")
                    .append(
                            found.get(pageSize - 1)
                                    .getKey()
                                    .replace("&", "&amp;")
                                    .replace("<", "&lt;"))
                    .append("</NextContinuationToken>");
        }
        byte[] body = xml.append("</ListBucketResult>").toString().getBytes(StandardCharsets.UTF_8);
        return send(
                out,
                request,
                200,
                new TreeMap<>(Map.of("Content-Type", "application/xml")),
                body,
                fault);
    }

    private boolean object(OutputStream out, Asked request, @Nullable Fault fault)
            throws IOException {
        Stored stored;
        synchronized (this) {
            stored = objects.get(request.key());
        }
        if (stored == null) {
            return error(out, request, 404, "NoSuchKey", Map.of());
        }
        String condition = request.headers().get("if-match");
        if (condition != null && !condition.equals(stored.etag())) {
            return error(out, request, 412, "PreconditionFailed", Map.of());
        }
        TreeMap<String, String> headers = new TreeMap<>();
        headers.put("ETag", stored.etag());
        headers.put("Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT");
        byte[] body = stored.bytes();
        int status = 200;
        String range = request.headers().get("range");
        if (range != null && body.length == 0) {
            return error(out, request, 416, "InvalidRange", Map.of("Content-Range", "bytes */0"));
        }
        if (range != null) {
            int dash = range.indexOf('-');
            int from = Integer.parseInt(range.substring(6, dash));
            int to = Math.min(Integer.parseInt(range.substring(dash + 1)) + 1, body.length);
            headers.put("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + body.length);
            body = Arrays.copyOfRange(body, from, to);
            status = 206;
        } else if ("ENABLED".equals(request.headers().get("x-amz-checksum-mode"))) {
            headers.putAll(stored.checksums());
        }
        if (request.query().containsKey("partNumber")) {
            int size =
                    Integer.parseInt(
                            stored.checksums().getOrDefault("part-size", "" + body.length));
            int from =
                    size * (Integer.parseInt(request.query().getOrDefault("partNumber", "1")) - 1);
            body = Arrays.copyOfRange(body, from, Math.min(from + size, body.length));
        }
        headers.remove("part-size");
        return send(out, request, status, headers, body, fault);
    }

    private boolean error(
            OutputStream out, Asked request, int status, String code, Map<String, String> more)
            throws IOException {
        String xml =
                "<?xml version=\"1.0\"?><Error><Code>"
                        + code
                        + "</Code><Message>told to</Message></Error>";
        TreeMap<String, String> headers = new TreeMap<>(more);
        headers.put("Content-Type", "application/xml");
        return send(out, request, status, headers, xml.getBytes(StandardCharsets.UTF_8), null);
    }

    private boolean send(
            OutputStream out,
            Asked request,
            int status,
            TreeMap<String, String> headers,
            byte[] body,
            @Nullable Fault fault)
            throws IOException {
        boolean chunked = fault instanceof Fault.Chunked;
        headers.put(
                chunked ? "Transfer-Encoding" : "Content-Length",
                chunked ? "chunked" : "" + body.length);
        if (fault instanceof Fault.Headers other) {
            headers.putAll(other.headers());
        }
        boolean open = chunked || !headers.getOrDefault("Content-Length", "").isEmpty();
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Because\r\n");
        headers.forEach(
                (name, value) -> {
                    if (!value.isEmpty()) {
                        head.append(name).append(": ").append(value).append("\r\n");
                    }
                });
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (request.method().equals("HEAD")) {
            return true;
        }
        byte[] sent = body;
        int length = body.length;
        if (fault instanceof Fault.Flip flip) {
            sent = body.clone();
            sent[Math.min(flip.at(), sent.length - 1)] ^= 1;
        }
        if (fault instanceof Fault.Cut cut) {
            length = Math.min(length, cut.afterBytes());
        }
        if (fault instanceof Fault.Stall stall) {
            length = Math.min(length, stall.afterBytes());
        }
        if (fault instanceof Fault.Trickle trickle) {
            for (int at = 0; at < length; at++) {
                out.write(sent, at, 1);
                out.flush();
                pause(trickle.millis());
            }
        } else if (chunked) {
            for (int at = 0; at < length; at += 10_000) {
                int n = Math.min(10_000, length - at);
                out.write(
                        (Integer.toHexString(n) + ";x=y\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
                out.write(sent, at, n);
                out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
            }
            out.write("0\r\nTrailer: none\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        } else {
            out.write(sent, 0, length);
        }
        bytesSent.addAndGet(length);
        if (fault instanceof Fault.Stall) {
            out.flush();
            pause(60_000);
        }
        return open && !(fault instanceof Fault.Cut);
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
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    private static Map<String, String> query(String text) {
        Map<String, String> query = new HashMap<>();
        for (String pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                query.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String encoded(String key) {
        return URLEncoder.encode(key, StandardCharsets.UTF_8).replace("%2F", "/");
    }

    @Override
    public void close() throws IOException {
        clients.close();
    }
}
