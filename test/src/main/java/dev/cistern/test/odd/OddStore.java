package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import dev.cistern.doubles.net.Connections;
import dev.cistern.test.server.HttpHead;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// An S3 server over HTTP/1.1 with one bucket, [#BUCKET], path style, read-only, that checks requests strictly and
/// responds with the enabled quirks.
///
/// It checks each request's syntax and Signature Version 4 (`RequestCheck`); invalid requests are answered with 400 and
/// kept in [#malformed]. Without quirks it responds as AWS does, in pages of [#PAGE_SIZE] keys.
public final class OddStore implements AutoCloseable {
    public static final String BUCKET = "odd";
    public static final String ACCESS_KEY = "AKIAODDSTORE";
    public static final String SECRET_KEY = "odd-store-secret";

    /// The region that `region-malformed` requires.
    public static final String OTHER_REGION = "odd-1";

    /// Small enough that a handful of objects makes several pages.
    public static final int PAGE_SIZE = 3;

    private static final int IDLE_MILLIS = 120_000;
    private static final int SHORT_IDLE_MILLIS = 300;

    private final Set<Quirk> quirks;
    private final Map<String, StoredObject> objects;
    private final OddListing listing;
    private final OddObjects answers;
    private final AnswerWriter writer;
    private final Connections clients;
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> malformed = new CopyOnWriteArrayList<>();
    private final AtomicLong bodyBytes = new AtomicLong();
    private final AtomicInteger accepted = new AtomicInteger();

    /// @param listen address; port 0 for any
    public OddStore(InetSocketAddress listen, Set<Quirk> quirks, List<StoredObject> objects)
            throws IOException {
        this.quirks = Set.copyOf(quirks);
        Map<String, StoredObject> byKey = new ConcurrentHashMap<>();
        objects.forEach(object -> byKey.put(object.key(), object));
        this.objects = Map.copyOf(byKey);
        this.listing = new OddListing(this.quirks, objects, PAGE_SIZE);
        this.answers = new OddObjects(this.quirks);
        this.writer = new AnswerWriter(this.quirks, bodyBytes);
        this.clients = new Connections(listen, this::serve);
    }

    /// On loopback, at any port.
    public OddStore(Set<Quirk> quirks, List<StoredObject> objects) throws IOException {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), quirks, objects);
    }

    /// The store's URL.
    public String endpoint() {
        return "http://127.0.0.1:" + clients.port();
    }

    /// `METHOD TARGET` of each well-formed request, in order.
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /// Invalid requests, each with the reason.
    public List<String> malformed() {
        return List.copyOf(malformed);
    }

    /// Body bytes sent.
    public long bodyBytes() {
        return bodyBytes.get();
    }

    private void serve(Socket socket) throws IOException, InterruptedException {
        PushbackInputStream in =
                new PushbackInputStream(new BufferedInputStream(socket.getInputStream()), 1);
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 64 << 10);
        while (exchange(in, out) && !(timesOut(socket, in, out))) {}
        if (quirks.contains(CLOSES_SILENTLY)) {
            out.flush();
        }
    }

    /// Whether the connection was idle for too long and was answered accordingly.
    private boolean timesOut(Socket socket, PushbackInputStream in, OutputStream out)
            throws IOException {
        if (!quirks.contains(REQUEST_TIMEOUT_WHEN_IDLE)) {
            socket.setSoTimeout(IDLE_MILLIS);
            return false;
        }
        socket.setSoTimeout(SHORT_IDLE_MILLIS);
        try {
            int next = in.read();
            if (next >= 0) {
                in.unread(next);
            }
            return next < 0;
        } catch (SocketTimeoutException e) {
            out.write(
                    "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return true;
        }
    }

    private boolean exchange(InputStream in, OutputStream out)
            throws IOException, InterruptedException {
        Optional<HttpHead> read = HttpHead.read(in);
        if (read.isEmpty()) {
            return false;
        }
        HttpHead request = read.get();
        boolean proxied = request.target().startsWith("http://");
        if (proxied) {
            int path = request.target().indexOf('/', 7);
            request =
                    new HttpHead(
                            request.method() + " " + request.target().substring(path) + " HTTP/1.1",
                            request.headers());
        }
        Answer answer = answer(request, proxied);
        return writer.write(out, answer, request.method().equals("HEAD"), now())
                && !request.closes();
    }

    private Answer answer(HttpHead request, boolean proxied) {
        Optional<String> wrong = RequestCheck.malformed(request);
        if (wrong.isPresent()) {
            malformed.add(wrong.get());
            return Answer.error(400, "InvalidRequest", wrong.get());
        }
        requests.add(request.method() + " " + request.target());
        if (quirks.contains(PROXY_ONLY) && !proxied) {
            return Answer.error(400, "InvalidURI", "this port is a proxy's");
        }
        Answer refused = ErrorResponses.of(quirks, request);
        if (refused != null) {
            return refused;
        }
        Optional<Answer> unsigned = RequestCheck.unsigned(request, ACCESS_KEY, SECRET_KEY, now());
        if (unsigned.isPresent()) {
            return unsigned.get();
        }
        String path = request.path();
        Map<String, String> query = RequestCheck.query(request);
        if (path.equals("/" + BUCKET) || path.equals("/" + BUCKET + "/")) {
            return listing.answer(query);
        }
        if (!path.startsWith("/" + BUCKET + "/")) {
            return Answer.error(404, "NoSuchBucket", "The specified bucket does not exist");
        }
        return object(request, RequestCheck.decoded(path.substring(BUCKET.length() + 2)), query);
    }

    private Answer object(HttpHead request, String key, Map<String, String> query) {
        accepted.incrementAndGet();
        StoredObject object = objects.get(key);
        if (object == null || (quirks.contains(KEY_GONE) && key.endsWith("gone"))) {
            return Answer.error(404, "NoSuchKey", "The specified key does not exist.");
        }
        if (quirks.contains(TOKEN_EXPIRES)) {
            return Answer.error(400, "ExpiredToken", "The provided token has expired.");
        }
        if (quirks.contains(ARCHIVED)) {
            return Answer.error(
                    403,
                    "InvalidObjectState",
                    "The operation is not valid for the object's storage class");
        }
        int number = asked.computeIfAbsent(key, k -> new AtomicInteger()).incrementAndGet();
        return answers.answer(request, object, query, number);
    }

    /// The store's time.
    private Instant now() {
        Duration ahead = Duration.ZERO;
        if (quirks.contains(CLOCK_AHEAD)) {
            ahead = Duration.ofMinutes(40);
        }
        boolean jumped = quirks.contains(CLOCK_JUMPS) || quirks.contains(CLOCK_JUMPS_TWICE);
        boolean back = quirks.contains(CLOCK_JUMPS_TWICE) && accepted.get() >= 4;
        if (jumped && accepted.get() >= 2 && !back) {
            ahead = Duration.ofHours(1);
        }
        return Instant.now().plus(ahead);
    }

    @Override
    public void close() throws IOException {
        clients.close();
    }
}
