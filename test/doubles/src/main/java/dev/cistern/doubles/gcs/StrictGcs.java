package dev.cistern.doubles.gcs;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// Google Cloud Storage's JSON API, read-only, in memory: it checks requests strictly, responds as documented, and
/// injects faults on request.
///
/// It has one bucket, [#BUCKET]. Requests without a valid token are answered with 401, those whose token has the wrong
/// scope or principal with 403, unknown parameters and paths with 400 and 404.
public final class StrictGcs implements AutoCloseable {
    public static final String BUCKET = "bucket";

    /// What was asked.
    ///
    /// @param kind of request
    /// @param name of the object; empty for a listing
    /// @param query decoded
    /// @param headers by lower-case name
    /// @param number of this kind of request for this name, from 1
    public record Asked(
            Kind kind,
            String name,
            Map<String, String> query,
            Map<String, String> headers,
            int number) {}

    /// Kinds of requests.
    public enum Kind {
        LIST,
        METADATA,
        MEDIA
    }

    private final BucketAccess access;
    private final HttpServer server;
    private final BucketObjects objects = new BucketObjects();
    private final TrueAnswers answers = new TrueAnswers(objects);
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private volatile Function<Asked, @Nullable Fault> faults = request -> null;

    public StrictGcs(AccessTokens tokens) throws IOException {
        this(tokens, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    public StrictGcs(AccessTokens tokens, InetSocketAddress address) throws IOException {
        access = new BucketAccess(tokens);
        server = HttpServer.create(address, 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// Stores an object; returns its generation.
    public long put(String name, byte[] bytes) {
        return put(name, bytes, null, false, false);
    }

    /// Stores an object with a content encoding.
    public long put(String name, byte[] bytes, @Nullable String contentEncoding) {
        return put(name, bytes, contentEncoding, false, false);
    }

    /// Stores a composite object: it has no MD5.
    public long compose(String name, byte[] bytes) {
        return put(name, bytes, null, true, false);
    }

    public long put(
            String name,
            byte[] bytes,
            @Nullable String contentEncoding,
            boolean composite,
            boolean noTransform) {
        return objects.put(name, bytes, contentEncoding, composite, noTransform);
    }

    public void remove(String name) {
        objects.remove(name);
    }

    /// Whether `allUsers` may read.
    public void publicRead(boolean allowed) {
        access.publicRead(allowed);
    }

    /// Principals that may not read although their token is valid.
    public void denies(String... principals) {
        access.denies(Set.of(principals));
    }

    /// The only project that may be billed; null where the owner pays.
    public void requesterPays(@Nullable String project) {
        access.requesterPays(project);
    }

    /// Maximal number of objects in a page, whatever is requested.
    public void pageSize(int most) {
        objects.pageSize(most);
    }

    /// Number of empty pages before each page with objects.
    public void emptyPages(int number) {
        objects.emptyPages(number);
    }

    /// Faults from now on; null for none.
    public void faults(Function<Asked, @Nullable Fault> function) {
        faults = function;
    }

    public List<Asked> asked() {
        return asked;
    }

    public List<Asked> asked(Kind kind) {
        return asked.stream().filter(a -> a.kind == kind).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            Answer answer;
            try {
                answer = answer(exchange);
            } catch (IllegalArgumentException e) {
                answer = Answer.error(400, "invalid", String.valueOf(e.getMessage()));
            }
            answer.send(exchange);
        }
    }

    private Answer answer(HttpExchange exchange) {
        String path = exchange.getRequestURI().getRawPath();
        boolean download = path.startsWith("/download/");
        String rest = download ? path.substring("/download".length()) : path;
        if (!exchange.getRequestMethod().equals("GET") || !rest.startsWith("/storage/v1/b/")) {
            return Answer.error(404, "notFound", "Not Found");
        }
        // Slashes of a name must be encoded: others separate path segments.
        String[] parts = rest.substring("/storage/v1/b/".length()).split("/", -1);
        Map<String, String> query = Exchanges.query(exchange);
        if (parts.length < 2 || parts.length > 3 || !parts[1].equals("o")) {
            return Answer.error(404, "notFound", "Not Found");
        }
        String bucket = decoded(parts[0]);
        String name = parts.length == 3 ? decoded(parts[2]) : "";
        boolean media = "media".equals(query.getOrDefault("alt", "json"));
        Kind kind = parts.length == 2 ? Kind.LIST : media ? Kind.MEDIA : Kind.METADATA;
        if (download && kind != Kind.MEDIA) {
            return Answer.error(400, "invalid", "alt must be media");
        }
        Asked request = noted(kind, name, query, exchange.getRequestHeaders());
        Answer refused = access.refusal(request, bucket);
        Fault fault = faults.apply(request);
        if (fault instanceof Fault.Error error) {
            refused =
                    Answer.error(error.status(), error.reason(), error.message())
                            .with(error.headers());
        }
        if (refused != null) {
            return kind == Kind.MEDIA ? refused.asText() : refused;
        }
        Answer answer =
                switch (kind) {
                    case LIST -> answers.listing(request);
                    case METADATA -> answers.metadata(request);
                    case MEDIA -> answers.media(request, fault instanceof Fault.RangeIgnored);
                };
        Answer told = kind == Kind.MEDIA && answer.status() >= 400 ? answer.asText() : answer;
        return fault == null ? told : told.spoiled(fault);
    }

    private Asked noted(Kind kind, String name, Map<String, String> query, Headers headers) {
        Map<String, String> lower = new TreeMap<>();
        headers.forEach(
                (key, values) ->
                        lower.put(key.toLowerCase(java.util.Locale.ROOT), values.getFirst()));
        int number =
                counts.computeIfAbsent(kind + name, key -> new AtomicInteger()).incrementAndGet();
        Asked request = new Asked(kind, name, query, lower, number);
        asked.add(request);
        return request;
    }

    private static String decoded(String part) {
        // A plus sign in a path is literal.
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /// Compresses bytes with gzip.
    public static byte[] packed(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
