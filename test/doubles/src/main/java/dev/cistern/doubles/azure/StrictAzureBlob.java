package dev.cistern.doubles.azure;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The REST API of Azure's Blob service, for reading, in memory: it checks requests strictly, answers as documented,
/// and injects faults on request.
///
/// It has one account, [#ACCOUNT], in the path as emulators have it, and one container, [#CONTAINER], unless others are
/// made.
public final class StrictAzureBlob implements AutoCloseable {
    public static final String ACCOUNT = "lakes";
    public static final String CONTAINER = "data";

    private static final Set<String> SAS =
            Set.of(
                    "sv", "ss", "srt", "sp", "st", "se", "sip", "spr", "sig", "sr", "si", "ses",
                    "rscc", "rscd", "rsce", "rscl", "rsct");
    private static final Set<String> LIST_PARAMETERS =
            Set.of(
                    "restype",
                    "comp",
                    "prefix",
                    "delimiter",
                    "marker",
                    "maxresults",
                    "include",
                    "timeout");

    private final AccountKeys keys = new AccountKeys(ACCOUNT);
    private final Authorizer authorizer;
    private final Listing listing = new Listing();
    private final String scheme;
    private final HttpServer server;
    private final Map<String, TreeMap<String, StoredBlob>> containers = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private long nextTag = 0x8DC0000000000L;
    private volatile boolean hierarchical;
    private volatile String newestVersion = "2100-01-01";
    private volatile Function<Asked, @Nullable Fault> faults = request -> null;

    public StrictAzureBlob(EntraTokens tokens) throws IOException {
        this(tokens, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null);
    }

    /// @param tls with the server's certificate; null for plain HTTP
    public StrictAzureBlob(EntraTokens tokens, InetSocketAddress address, @Nullable SSLContext tls)
            throws IOException {
        authorizer = new Authorizer(keys, tokens);
        containers.put(CONTAINER, new TreeMap<>());
        scheme = tls == null ? "http" : "https";
        server = tls == null ? HttpServer.create(address, 64) : secure(address, tls);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    private static HttpServer secure(InetSocketAddress address, SSLContext tls) throws IOException {
        HttpsServer server = HttpsServer.create(address, 64);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return server;
    }

    /// The account's URL.
    public String endpoint() {
        return scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/" + ACCOUNT;
    }

    public AccountKeys keys() {
        return keys;
    }

    /// Makes another container.
    public void container(String name) {
        containers.putIfAbsent(name, new TreeMap<>());
    }

    /// Stores a blob as one request does, of which the store keeps the MD5.
    public void put(String name, byte[] bytes) {
        put(CONTAINER, name, bytes, StoredBlob.md5(bytes), null, Map.of());
    }

    /// Stores a blob in blocks: of its MD5 the store knows what the writer says.
    ///
    /// @param md5 null where it says nothing
    public void putBlocks(String name, byte[] bytes, @Nullable String md5) {
        put(CONTAINER, name, bytes, md5, null, Map.of());
    }

    public void put(
            String container,
            String name,
            byte[] bytes,
            @Nullable String md5,
            @Nullable String contentEncoding,
            Map<String, String> metadata) {
        store(container, name, bytes, md5, "BlockBlob", contentEncoding, metadata, false);
    }

    /// Stores a blob that others append to; it keeps the MD5 of what it was at first.
    public void append(String name, byte[] bytes, @Nullable String md5) {
        store(CONTAINER, name, bytes, md5, "AppendBlob", null, Map.of(), false);
    }

    private synchronized void store(
            String container,
            String name,
            byte[] bytes,
            @Nullable String md5,
            String type,
            @Nullable String contentEncoding,
            Map<String, String> metadata,
            boolean directory) {
        TreeMap<String, StoredBlob> blobs = blobs(container);
        if (hierarchical) {
            for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
                String parent = name.substring(0, slash);
                if (!blobs.containsKey(parent)) {
                    directory(container, parent);
                }
            }
        }
        blobs.put(
                name,
                new StoredBlob(
                        name,
                        "0x" + Long.toHexString(nextTag++).toUpperCase(Locale.ROOT),
                        bytes,
                        md5,
                        type,
                        "Hot",
                        contentEncoding,
                        metadata,
                        directory,
                        Instant.now().truncatedTo(ChronoUnit.SECONDS)));
    }

    private TreeMap<String, StoredBlob> blobs(String container) {
        TreeMap<String, StoredBlob> blobs = containers.get(container);
        if (blobs == null) {
            throw new IllegalArgumentException("no container " + container);
        }
        return blobs;
    }

    /// Makes a directory of the hierarchical namespace.
    public void directory(String name) {
        directory(CONTAINER, name);
    }

    private void directory(String container, String name) {
        store(
                container,
                name,
                new byte[0],
                null,
                "BlockBlob",
                null,
                Map.of("hdi_isfolder", "true"),
                true);
    }

    public synchronized void remove(String name) {
        blobs(CONTAINER).remove(name);
    }

    /// Moves a blob to another tier.
    public synchronized void tier(String name, String tier) {
        blobs(CONTAINER).computeIfPresent(name, (key, blob) -> blob.inTier(tier));
    }

    /// Gives the account a hierarchical namespace, before anything is stored.
    public void hierarchical(boolean on) {
        hierarchical = on;
    }

    /// The store's clock is so much ahead of this machine's.
    public void clockAhead(Duration duration) {
        authorizer.clockAhead(duration);
    }

    public void publicAccess(PublicAccess access) {
        authorizer.publicAccess(access);
    }

    /// Whose token is good and who may not read all the same.
    public void denies(String... principals) {
        authorizer.denied(Set.of(principals));
    }

    /// Who may read and not list.
    public void deniesListing(String... principals) {
        authorizer.listDenied(Set.of(principals));
    }

    /// Whether the account takes neither keys nor what they sign.
    public void keysOff(boolean off) {
        authorizer.keysOff(off);
    }

    /// The newest version of the API that it knows.
    public void newestVersion(String version) {
        newestVersion = version;
    }

    /// A page of a listing has at most so many blobs, whatever is asked.
    public void pageSize(int most) {
        listing.pageSize(most);
    }

    /// So many pages without a blob come before each page with some.
    public void emptyPages(int number) {
        listing.emptyPages(number);
    }

    /// What goes wrong from now on; null for nothing.
    public void faults(Function<Asked, @Nullable Fault> function) {
        faults = function;
    }

    public List<Asked> asked() {
        return asked;
    }

    public List<Asked> asked(Asked.Kind kind) {
        return asked.stream().filter(a -> a.kind() == kind).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            Answer answer;
            try {
                answer = answer(exchange);
            } catch (IllegalArgumentException e) {
                answer =
                        Answer.error(
                                400, "InvalidQueryParameterValue", String.valueOf(e.getMessage()));
            }
            Headers headers = exchange.getResponseHeaders();
            headers.set("x-ms-request-id", "00000000-001e-0000-0000-000000000000");
            headers.set("x-ms-version", "2021-12-02");
            answer.at(authorizer.now()).send(exchange);
        }
    }

    private Answer answer(HttpExchange exchange) {
        String path = exchange.getRequestURI().getRawPath();
        Map<String, String> query = Parameters.of(exchange.getRequestURI().getRawQuery());
        String[] parts = path.split("/", 4);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (parts.length < 3
                || !parts[1].equals(ACCOUNT)
                || !(head || exchange.getRequestMethod().equals("GET"))) {
            return Answer.error(
                    400,
                    "InvalidUri",
                    "The requested URI does not represent any resource on the server.");
        }
        String container = decoded(parts[2]);
        String name = parts.length == 4 ? decoded(parts[3]) : "";
        Asked.Kind kind =
                name.isEmpty() ? Asked.Kind.LIST : head ? Asked.Kind.PROPERTIES : Asked.Kind.BLOB;
        Asked request = noted(kind, container, name, query, exchange.getRequestHeaders());
        Answer refused = refusal(exchange, request);
        Fault fault = faults.apply(request);
        if (fault instanceof Fault.Error error) {
            refused =
                    Answer.error(error.status(), error.code(), error.message())
                            .with(error.headers());
        }
        if (refused != null) {
            return refused;
        }
        TreeMap<String, StoredBlob> blobs = containers.get(container);
        if (blobs == null) {
            return Answer.error(
                    404, "ContainerNotFound", "The specified container does not exist.");
        }
        Answer answer = answer(request, blobs, fault instanceof Fault.RangeIgnored);
        return fault == null ? answer : answer.spoiled(fault);
    }

    private synchronized Answer answer(
            Asked request, TreeMap<String, StoredBlob> blobs, boolean rangeIgnored) {
        if (request.kind() == Asked.Kind.LIST) {
            return listing.page(request, blobs.values(), hierarchical);
        }
        StoredBlob blob = blobs.get(request.name());
        return blob == null
                ? Answer.error(404, "BlobNotFound", "The specified blob does not exist.")
                : blob(request, blob, rangeIgnored);
    }

    private Asked noted(
            Asked.Kind kind,
            String container,
            String name,
            Map<String, String> query,
            Headers headers) {
        Map<String, String> lower = new TreeMap<>();
        headers.forEach(
                (key, values) -> lower.put(key.toLowerCase(Locale.ROOT), values.getFirst()));
        int number =
                counts.computeIfAbsent(kind + name, key -> new AtomicInteger()).incrementAndGet();
        Asked request = new Asked(kind, container, name, query, lower, number);
        asked.add(request);
        return request;
    }

    private static String decoded(String part) {
        // A plus sign in a path is itself.
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /// Why a request is refused before it is looked at; null when it is not.
    private @Nullable Answer refusal(HttpExchange exchange, Asked request) {
        String version = request.headers().get("x-ms-version");
        boolean signed = request.headers().containsKey("authorization");
        if (version == null && signed) {
            return Answer.error(
                    400,
                    "MissingRequiredHeader",
                    "An HTTP header that's mandatory for this request is not specified:"
                            + " x-ms-version");
        }
        if (version != null
                && (!version.matches("20[0-9]{2}-[0-9]{2}-[0-9]{2}")
                        || version.compareTo(newestVersion) > 0)) {
            return Answer.error(
                    400,
                    "InvalidHeaderValue",
                    "The value for one of the HTTP headers is not in the correct format:"
                            + " x-ms-version");
        }
        boolean list = request.kind() == Asked.Kind.LIST;
        if (list
                && (!"container".equals(request.query().get("restype"))
                        || !"list".equals(request.query().get("comp")))) {
            return Answer.error(
                    400, "InvalidQueryParameterValue", "restype and comp must be given");
        }
        for (String parameter : request.query().keySet()) {
            if (!SAS.contains(parameter) && !(list && LIST_PARAMETERS.contains(parameter))) {
                return Answer.error(
                        400, "UnsupportedQueryParameter", "Unsupported parameter " + parameter);
            }
        }
        return authorizer.refusal(exchange, request);
    }

    private static Answer blob(Asked request, StoredBlob blob, boolean rangeIgnored) {
        Map<String, String> headers = new TreeMap<>();
        headers.put("Content-Type", "application/octet-stream");
        headers.put("ETag", "\"" + blob.etag() + "\"");
        headers.put("Last-Modified", Listing.date(blob));
        headers.put("Accept-Ranges", "bytes");
        headers.put("x-ms-blob-type", blob.type());
        headers.put("x-ms-access-tier", blob.tier());
        headers.put("x-ms-server-encrypted", "true");
        blob.metadata().forEach((name, value) -> headers.put("x-ms-meta-" + name, value));
        String encoding = blob.contentEncoding();
        if (encoding != null) {
            headers.put("Content-Encoding", encoding);
        }
        String match = request.headers().get("if-match");
        // Quotes or not: the official client leaves them out.
        if (match != null && !match.equals("*") && !match.replace("\"", "").equals(blob.etag())) {
            return Answer.error(
                    412,
                    "ConditionNotMet",
                    "The condition specified using HTTP conditional header(s) is not met.");
        }
        String md5 = blob.md5() == null ? "" : blob.md5();
        if (request.kind() == Asked.Kind.PROPERTIES) {
            headers.put("Content-Length", String.valueOf(blob.bytes().length));
            headers.put("Content-MD5", md5);
            return new Answer(200, headers, new byte[0]).with(Map.of());
        }
        if (blob.tier().equals("Archive")) {
            return Answer.error(
                    409, "BlobArchived", "This operation is not permitted on an archived blob.");
        }
        String range =
                request.headers()
                        .getOrDefault("x-ms-range", request.headers().getOrDefault("range", ""));
        if (range.isEmpty() || rangeIgnored) {
            headers.put("Content-MD5", md5);
            return new Answer(200, headers, blob.bytes()).with(Map.of());
        }
        headers.put("x-ms-blob-content-md5", md5);
        return ranged(request, blob, range, headers).with(Map.of());
    }

    private static Answer ranged(
            Asked request, StoredBlob blob, String range, Map<String, String> headers) {
        int size = blob.bytes().length;
        if (!range.matches("bytes=[0-9]+-[0-9]*")) {
            return Answer.error(
                    400,
                    "InvalidHeaderValue",
                    "The value for one of the HTTP headers is not in the correct format:"
                            + " x-ms-range");
        }
        long from = Long.parseLong(range.substring(6, range.indexOf('-')));
        String end = range.substring(range.indexOf('-') + 1);
        long to = end.isEmpty() ? size : Math.min(size, Long.parseLong(end) + 1);
        if (from >= size) {
            return Answer.error(
                            416,
                            "InvalidRange",
                            "The range specified is invalid for the current size of the resource.")
                    .with(Map.of("Content-Range", "bytes */" + size));
        }
        byte[] bytes = Arrays.copyOfRange(blob.bytes(), (int) from, (int) to);
        headers.put("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + size);
        if ("true".equals(request.headers().get("x-ms-range-get-content-md5"))) {
            headers.put("Content-MD5", StoredBlob.md5(bytes));
        }
        return new Answer(206, headers, bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
