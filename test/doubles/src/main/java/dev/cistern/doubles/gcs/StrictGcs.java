package dev.cistern.doubles.gcs;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cistern.doubles.gcs.AccessTokens.Grant;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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

/// Google Cloud Storage's JSON API, for reading, in memory: it checks requests strictly, answers as documented, and
/// injects faults on request.
///
/// It has one bucket, [#BUCKET]. A caller without a good token is refused with 401, one whose token is of the wrong scope or principal
/// with 403, parameters and paths that the real one does not know with 400 and 404.
public final class StrictGcs implements AutoCloseable {
    public static final String BUCKET = "bucket";

    private static final Set<String> LIST_PARAMETERS =
            Set.of(
                    "prefix",
                    "pageToken",
                    "maxResults",
                    "fields",
                    "projection",
                    "prettyPrint",
                    "userProject",
                    "alt",
                    "versions",
                    "startOffset");
    private static final Set<String> OBJECT_PARAMETERS =
            Set.of(
                    "alt",
                    "generation",
                    "ifGenerationMatch",
                    "ifGenerationNotMatch",
                    "ifMetagenerationMatch",
                    "fields",
                    "projection",
                    "prettyPrint",
                    "userProject");

    private static final Comparator<String> BY_BYTES =
            (a, b) ->
                    Arrays.compareUnsigned(
                            a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

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

    /// The kinds of requests.
    public enum Kind {
        LIST,
        METADATA,
        MEDIA
    }

    private final AccessTokens tokens;
    private final HttpServer server;
    private final TreeMap<String, StoredObject> objects = new TreeMap<>(BY_BYTES);
    private final Map<String, String> pageTokens = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private long nextGeneration = 1_764_000_000_000_001L;
    private volatile boolean publicRead;
    private volatile Set<String> denied = Set.of();
    private volatile @Nullable String paidBy;
    private volatile int pageSize = 1000;
    private volatile int emptyPages;
    private volatile Function<Asked, @Nullable Fault> faults = request -> null;

    public StrictGcs(AccessTokens tokens) throws IOException {
        this(tokens, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    public StrictGcs(AccessTokens tokens, InetSocketAddress address) throws IOException {
        this.tokens = tokens;
        server = HttpServer.create(address, 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// Stores an object; its generation.
    public long put(String name, byte[] bytes) {
        return put(name, bytes, null, false, false);
    }

    /// Stores an object that is packed, or said to be.
    public long put(String name, byte[] bytes, @Nullable String contentEncoding) {
        return put(name, bytes, contentEncoding, false, false);
    }

    /// Stores an object as if it was put together of others: it has no MD5.
    public long compose(String name, byte[] bytes) {
        return put(name, bytes, null, true, false);
    }

    public synchronized long put(
            String name,
            byte[] bytes,
            @Nullable String contentEncoding,
            boolean composite,
            boolean noTransform) {
        long generation = nextGeneration++;
        objects.put(
                name,
                new StoredObject(
                        name,
                        generation,
                        bytes,
                        contentEncoding,
                        composite,
                        noTransform,
                        Instant.now()));
        return generation;
    }

    public synchronized void remove(String name) {
        objects.remove(name);
    }

    private synchronized @Nullable StoredObject get(String name) {
        return objects.get(name);
    }

    /// Whether `allUsers` may read.
    public void publicRead(boolean allowed) {
        publicRead = allowed;
    }

    /// Who may not read, although the token is good.
    public void denies(String... principals) {
        denied = Set.of(principals);
    }

    /// The only project that may be billed; null: the owner pays.
    public void requesterPays(@Nullable String project) {
        paidBy = project;
    }

    /// A page of a listing has at most so many objects, whatever is asked.
    public void pageSize(int most) {
        pageSize = most;
    }

    /// So many pages without an object come before each page with some.
    public void emptyPages(int number) {
        emptyPages = number;
    }

    /// What goes wrong from now on; null for nothing.
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
        // A name's own slashes have to be encoded: others are parts of the path.
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
        Answer refused = refusal(request, bucket);
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
                    case LIST -> listing(request);
                    case METADATA -> metadata(request);
                    case MEDIA -> media(request, fault instanceof Fault.RangeIgnored);
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
        // A plus sign in a path is itself.
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /// Why a request is refused before it is looked at; null when it is not.
    private @Nullable Answer refusal(Asked request, String bucket) {
        Set<String> known = request.kind == Kind.LIST ? LIST_PARAMETERS : OBJECT_PARAMETERS;
        for (String parameter : request.query.keySet()) {
            if (!known.contains(parameter)) {
                return Answer.error(400, "invalidParameter", "Unknown parameter " + parameter);
            }
        }
        String authorization = request.headers.get("authorization");
        Grant grant = tokens.of(authorization);
        String what = request.kind == Kind.LIST ? "storage.objects.list" : "storage.objects.get";
        if (authorization != null && grant == null) {
            return Answer.error(401, "authError", "Invalid Credentials")
                    .with(
                            Map.of(
                                    "WWW-Authenticate",
                                    "Bearer realm=\"https://accounts.google.com/\","
                                            + " error=\"invalid_token\""));
        }
        if (!bucket.equals(BUCKET)) {
            return grant == null
                    ? anonymous(what)
                    : Answer.error(404, "notFound", "The specified bucket does not exist.");
        }
        if (grant == null) {
            return publicRead && paidBy == null ? null : anonymous(what);
        }
        if (!grant.reads()) {
            return Answer.error(403, "insufficientPermissions", "Insufficient Permission");
        }
        if (denied.contains(grant.principal())) {
            return Answer.error(
                    403,
                    "forbidden",
                    grant.principal()
                            + " does not have "
                            + what
                            + " access to the Google Cloud Storage bucket. Permission '"
                            + what
                            + "' denied on resource (or it may not exist).");
        }
        return payment(request, grant);
    }

    private @Nullable Answer payment(Asked request, Grant grant) {
        String payer = paidBy;
        String given =
                request.query.getOrDefault(
                        "userProject", request.headers.getOrDefault("x-goog-user-project", ""));
        if (payer != null && given.isEmpty()) {
            return Answer.error(
                    400,
                    "required",
                    "Bucket is a requester pays bucket but no user project provided.");
        }
        if (!given.isEmpty() && !given.equals(payer)) {
            return Answer.error(
                    403,
                    "forbidden",
                    grant.principal()
                            + " does not have serviceusage.services.use access to the Google Cloud"
                            + " project. Permission 'serviceusage.services.use' denied on resource"
                            + " (or it may not exist).");
        }
        return null;
    }

    private static Answer anonymous(String what) {
        return Answer.error(
                401,
                "required",
                "Anonymous caller does not have "
                        + what
                        + " access to the Google Cloud Storage bucket. Permission '"
                        + what
                        + "' denied on resource (or it may not exist).");
    }

    private synchronized Answer listing(Asked request) {
        String prefix = request.query.getOrDefault("prefix", "");
        String token = request.query.get("pageToken");
        int most =
                Math.min(
                        pageSize,
                        Integer.parseInt(request.query.getOrDefault("maxResults", "1000")));
        String position = token == null ? "0:" : pageTokens.get(prefix + "\n" + token);
        if (position == null || most < 1) {
            return Answer.error(400, "invalid", "Invalid argument.");
        }
        int empty = Integer.parseInt(position.substring(0, position.indexOf(':')));
        String after = position.substring(position.indexOf(':') + 1);
        JsonObject page = new JsonObject();
        page.addProperty("kind", "storage#objects");
        if (empty < emptyPages) {
            page.addProperty("nextPageToken", issue(prefix, empty + 1 + ":" + after));
        } else {
            List<StoredObject> found = new ArrayList<>();
            for (StoredObject object : objects.values()) {
                if (object.name().startsWith(prefix)
                        && (after.isEmpty() || BY_BYTES.compare(object.name(), after) > 0)) {
                    found.add(object);
                }
            }
            JsonArray items = new JsonArray();
            found.stream().limit(most).forEach(o -> items.add(o.resource(BUCKET)));
            if (!items.isEmpty()) {
                page.add("items", items);
            }
            if (found.size() > most) {
                page.addProperty("nextPageToken", issue(prefix, "0:" + found.get(most - 1).name()));
            }
        }
        return json(request, page);
    }

    private String issue(String prefix, String position) {
        String token =
                "Cg" + Integer.toHexString(position.hashCode()) + "+/" + pageTokens.size() + "==";
        pageTokens.put(prefix + "\n" + token, position);
        return token;
    }

    private Answer metadata(Asked request) {
        StoredObject object = object(request);
        return object == null
                ? Answer.error(404, "notFound", "No such object: " + BUCKET + "/" + request.name)
                : conditions(request, object) ? json(request, object.resource(BUCKET)) : unmet();
    }

    /// The object in the generation that was asked for.
    private @Nullable StoredObject object(Asked request) {
        StoredObject object = get(request.name);
        String generation = request.query.get("generation");
        if (generation != null && !generation.matches("[0-9]{1,19}")) {
            throw new IllegalArgumentException("Invalid value for generation");
        }
        return object == null
                        || (generation != null && object.generation() != Long.parseLong(generation))
                ? null
                : object;
    }

    private static boolean conditions(Asked request, StoredObject object) {
        String match = request.query.get("ifGenerationMatch");
        String not = request.query.get("ifGenerationNotMatch");
        String own = String.valueOf(object.generation());
        return (match == null || match.equals(own)) && (not == null || !not.equals(own));
    }

    private static Answer unmet() {
        return Answer.error(
                412,
                "conditionNotMet",
                "At least one of the pre-conditions you specified did not hold.");
    }

    private Answer media(Asked request, boolean rangeIgnored) {
        StoredObject object = object(request);
        if (object == null) {
            return Answer.error(404, "notFound", "No such object: " + BUCKET + "/" + request.name);
        }
        if (!conditions(request, object)) {
            return unmet();
        }
        Map<String, String> headers = new TreeMap<>();
        headers.put("Content-Type", "application/octet-stream");
        headers.put("ETag", object.etag());
        headers.put("X-Goog-Generation", String.valueOf(object.generation()));
        headers.put("X-Goog-Metageneration", "1");
        headers.put("X-Goog-Storage-Class", "STANDARD");
        headers.put(
                "X-Goog-Hash",
                "crc32c=" + object.crc32c() + (object.composite() ? "" : ",md5=" + object.md5()));
        headers.put("X-Goog-Stored-Content-Length", String.valueOf(object.bytes().length));
        String encoding = object.contentEncoding();
        headers.put("X-Goog-Stored-Content-Encoding", encoding == null ? "identity" : encoding);
        if (object.packed() && !object.noTransform() && !gzipAccepted(request)) {
            // Unpacked on the way: ranges are ignored, and nobody knows the length.
            headers.put("Warning", "214 UploadServer gunzipped");
            return new Answer(200, headers, object.unpacked(), true, -1);
        }
        if (encoding != null) {
            headers.put("Content-Encoding", encoding);
        }
        headers.put("Accept-Ranges", "bytes");
        String range = request.headers.get("range");
        return range == null || rangeIgnored
                ? new Answer(200, headers, object.bytes(), false, -1)
                : ranged(object, range, headers);
    }

    private static Answer ranged(StoredObject object, String range, Map<String, String> headers) {
        int size = object.bytes().length;
        if (!range.matches("bytes=[0-9]+-[0-9]*")) {
            throw new IllegalArgumentException("Invalid range " + range);
        }
        long from = Long.parseLong(range.substring(6, range.indexOf('-')));
        String end = range.substring(range.indexOf('-') + 1);
        long to = end.isEmpty() ? size : Math.min(size, Long.parseLong(end) + 1);
        if (from >= size) {
            return Answer.error(
                            416, "requestedRangeNotSatisfiable", "Request range not satisfiable")
                    .with(Map.of("Content-Range", "bytes */" + size));
        }
        headers.put("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + size);
        return new Answer(
                206, headers, Arrays.copyOfRange(object.bytes(), (int) from, (int) to), false, -1);
    }

    private static boolean gzipAccepted(Asked request) {
        return request.headers.getOrDefault("accept-encoding", "").contains("gzip");
    }

    private static Answer json(Asked request, JsonObject document) {
        String fields = request.query.get("fields");
        String text = (fields == null ? document : FieldMask.of(fields).apply(document)).toString();
        Map<String, String> headers = new TreeMap<>();
        headers.put("Content-Type", "application/json; charset=UTF-8");
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        if (gzipAccepted(request)) {
            headers.put("Content-Encoding", "gzip");
            body = packed(body);
        }
        return new Answer(200, headers, body, true, -1);
    }

    /// What `gzip` makes of bytes.
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
