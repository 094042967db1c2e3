package dev.cistern.doubles.oci;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An OCI registry, for reading, in memory: it checks requests strictly, answers as the distribution specification says
/// and as Distribution's own registry does, and injects faults on request. Who asks is checked by a token of its
/// [TokenServer], by name and password, or not at all.
public final class StrictRegistry implements AutoCloseable {
    public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";

    private static final Pattern PATH =
            Pattern.compile("/v2/([a-z0-9._/-]+)/(manifests|blobs)/([A-Za-z0-9._:-]+)");

    /// How a registry learns who asks.
    public enum Access {
        PUBLIC,
        BASIC,
        TOKEN
    }

    /// What was asked.
    ///
    /// @param host `registry`, or `cdn` for the host that blobs may be on
    /// @param kind `manifests` or `blobs`
    /// @param reference tag or digest
    /// @param headers by lower-case name
    /// @param number of this kind of request for this reference, from 1
    public record Asked(
            String host,
            String method,
            String kind,
            String repository,
            String reference,
            Map<String, String> headers,
            int number) {
        public @Nullable String header(String name) {
            return headers.get(name);
        }
    }

    private record Document(String type, byte[] bytes) {}

    private final HttpServer server;
    private final HttpServer cdn;
    private final TokenServer tokens;
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, Document> manifests = new ConcurrentHashMap<>();
    private final Map<String, String> tags = new ConcurrentHashMap<>();
    private final Map<String, String> passwords = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> readers = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private volatile Access access = Access.PUBLIC;
    private volatile boolean redirects;
    private volatile boolean ranges = true;
    private volatile @Nullable String challenge;
    private volatile Function<Asked, @Nullable Fault> faults = request -> null;

    public StrictRegistry() throws IOException {
        this(loopback(), loopback());
    }

    /// @param address of the registry
    /// @param tokenAddress of its token service
    public StrictRegistry(InetSocketAddress address, InetSocketAddress tokenAddress)
            throws IOException {
        tokens = new TokenServer(tokenAddress);
        server = start("registry", address);
        cdn = start("cdn", loopback());
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private HttpServer start(String host, InetSocketAddress address) throws IOException {
        HttpServer started = HttpServer.create(address, 64);
        started.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        started.createContext("/", exchange -> handle(host, exchange));
        started.start();
        return started;
    }

    public String endpoint() {
        return "http://" + host();
    }

    /// Host and port.
    public String host() {
        return server.getAddress().getAddress().getHostAddress()
                + ":"
                + server.getAddress().getPort();
    }

    /// The host that blobs may be on has another name, so that it is another host.
    private String cdnUrl() {
        return "http://localhost:" + cdn.getAddress().getPort();
    }

    public TokenServer tokens() {
        return tokens;
    }

    public void access(Access kind) {
        access = kind;
    }

    /// A user of [Access#BASIC] and [Access#TOKEN].
    public void user(String name, String password) {
        passwords.put(name, password);
        tokens.user(name, password);
    }

    /// Lets a user read a repository; the empty name is whoever asks.
    public void mayRead(String repository, String user) {
        readers.computeIfAbsent(repository, r -> ConcurrentHashMap.newKeySet()).add(user);
    }

    /// Blobs are on another host.
    public void redirects(boolean yes) {
        redirects = yes;
    }

    /// Whether parts of blobs can be had.
    public void ranges(boolean yes) {
        ranges = yes;
    }

    /// What challenges are, instead of the true ones; null ends it.
    public void challenge(@Nullable String header) {
        challenge = header;
    }

    /// What goes wrong from now on; null for nothing.
    public void faults(Function<Asked, @Nullable Fault> function) {
        faults = function;
    }

    public List<Asked> asked() {
        return asked;
    }

    public List<Asked> asked(String kind) {
        return asked.stream().filter(a -> a.kind.equals(kind)).toList();
    }

    /// Stores a blob; its digest.
    public String blob(String repository, byte[] bytes) {
        return blob(repository, "sha256", bytes);
    }

    /// @param algorithm `sha256` or `sha512`
    public String blob(String repository, String algorithm, byte[] bytes) {
        String digest = digest(algorithm, bytes);
        blobs.put(repository + "@" + digest, bytes);
        return digest;
    }

    public void removeBlob(String repository, String digest) {
        blobs.remove(repository + "@" + digest);
    }

    /// Stores a manifest or an index; its digest.
    public String manifest(String repository, String type, String document) {
        byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
        String digest = digest("sha256", bytes);
        manifests.put(repository + "@" + digest, new Document(type, bytes));
        return digest;
    }

    /// Makes a tag stand for a manifest.
    public void tag(String repository, String tag, String digest) {
        tags.put(repository + ":" + tag, digest);
    }

    public static String digest(String algorithm, byte[] bytes) {
        try {
            String name = algorithm.equals("sha512") ? "SHA-512" : "SHA-256";
            return algorithm
                    + ":"
                    + HexFormat.of().formatHex(MessageDigest.getInstance(name).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void handle(String host, HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            answer(host, exchange).send(exchange);
        }
    }

    private Answer answer(String host, HttpExchange exchange) {
        String path = exchange.getRequestURI().getRawPath();
        if (path.equals("/v2/")) {
            Answer refused = refusedPing(exchange.getRequestHeaders().getFirst("Authorization"));
            return refused != null
                    ? refused
                    : Answer.of(200, Map.of(), "{}".getBytes(StandardCharsets.UTF_8));
        }
        Matcher parts = PATH.matcher(path);
        if (!parts.matches()) {
            return Answer.of(
                    404, Map.of(), "404 page not found\n".getBytes(StandardCharsets.UTF_8));
        }
        Asked request =
                noted(host, exchange.getRequestMethod(), parts, exchange.getRequestHeaders());
        if (!request.method.equals("GET") && !request.method.equals("HEAD")) {
            return Answer.error(405, "UNSUPPORTED", "The operation is unsupported.");
        }
        Answer answer;
        if (host.equals("cdn")) {
            answer = ofCdn(request, exchange.getRequestURI().getRawQuery());
        } else {
            Answer refused = refusal(request);
            answer =
                    refused != null
                            ? refused
                            : request.kind.equals("blobs") ? blob(request) : manifest(request);
        }
        Fault fault = faults.apply(request);
        return fault == null ? answer : answer.spoiled(fault);
    }

    private Asked noted(String host, String method, Matcher parts, Headers headers) {
        Map<String, String> lower = new TreeMap<>();
        headers.forEach(
                (key, values) -> lower.put(key.toLowerCase(Locale.ROOT), values.getFirst()));
        String key = host + parts.group(2) + parts.group(3);
        Asked request =
                new Asked(
                        host,
                        method,
                        parts.group(2),
                        parts.group(1),
                        parts.group(3),
                        lower,
                        counts.computeIfAbsent(key, k -> new AtomicInteger()).incrementAndGet());
        asked.add(request);
        return request;
    }

    /// What keeps the request from being looked at; null where nothing does.
    private @Nullable Answer refusal(Asked request) {
        String authorization = request.header("authorization");
        return switch (access) {
            // Whatever is sent is looked at by nobody.
            case PUBLIC -> null;
            case BASIC -> basic(authorization, request.repository);
            case TOKEN -> token(authorization, request.repository);
        };
    }

    /// Clients ask for the API's root first to learn who has to log in, and where.
    private @Nullable Answer refusedPing(@Nullable String authorization) {
        return switch (access) {
            case PUBLIC -> null;
            case BASIC -> basic(authorization, "");
            case TOKEN ->
                    authorization != null
                                    && authorization.startsWith("Bearer ")
                                    && tokens.grant(authorization.substring(7)) != null
                            ? null
                            : unauthorized(
                                    "Bearer realm=\""
                                            + tokens.realm()
                                            + "\",service=\""
                                            + TokenServer.SERVICE
                                            + "\"");
        };
    }

    private @Nullable Answer basic(@Nullable String authorization, String repository) {
        Answer refused = unauthorized("Basic realm=\"Registry Realm\"");
        if (authorization == null) {
            return refused;
        }
        if (!authorization.startsWith("Basic ")) {
            return refused;
        }
        String both =
                new String(
                        Base64.getDecoder().decode(authorization.substring(6)),
                        StandardCharsets.UTF_8);
        String user = both.substring(0, both.indexOf(':'));
        return !both.substring(user.length() + 1).equals(passwords.get(user))
                ? refused
                : reads(user, repository)
                        ? null
                        : Answer.error(403, "DENIED", "requested access to the resource is denied");
    }

    private boolean reads(String user, String repository) {
        Set<String> who = readers.get(repository);
        return who == null || who.contains("") || who.contains(user);
    }

    private @Nullable Answer token(@Nullable String authorization, String repository) {
        String scope = "repository:" + repository + ":pull";
        String wanted =
                "Bearer realm=\""
                        + tokens.realm()
                        + "\",service=\""
                        + TokenServer.SERVICE
                        + "\",scope=\""
                        + scope
                        + "\"";
        if (authorization == null) {
            return unauthorized(wanted);
        }
        TokenServer.Grant grant =
                authorization.startsWith("Bearer ")
                        ? tokens.grant(authorization.substring(7))
                        : null;
        if (grant == null) {
            return unauthorized(wanted + ",error=\"invalid_token\"");
        }
        boolean may = grant.scopes().contains(scope) && reads(grant.user(), repository);
        boolean nobody = grant.user().isEmpty() && !reads("", repository);
        return may && !nobody ? null : unauthorized(wanted + ",error=\"insufficient_scope\"");
    }

    private Answer unauthorized(String wanted) {
        String told = challenge;
        return Answer.error(401, "UNAUTHORIZED", "authentication required")
                .with(Map.of("WWW-Authenticate", told == null ? wanted : told));
    }

    private boolean exists(String repository) {
        String before = repository + "@";
        return manifests.keySet().stream().anyMatch(key -> key.startsWith(before))
                || blobs.keySet().stream().anyMatch(key -> key.startsWith(before));
    }

    private Answer manifest(Asked request) {
        if (!exists(request.repository)) {
            return Answer.error(404, "NAME_UNKNOWN", "repository name not known to registry");
        }
        String digest =
                request.reference.contains(":")
                        ? request.reference
                        : tags.get(request.repository + ":" + request.reference);
        Document found = digest == null ? null : manifests.get(request.repository + "@" + digest);
        if (found == null || digest == null) {
            return Answer.error(404, "MANIFEST_UNKNOWN", "manifest unknown");
        }
        String accept = request.headers.getOrDefault("accept", "");
        if (!found.type.isEmpty()
                && found.type.startsWith("application/vnd.oci.")
                && Arrays.stream(accept.split(",", -1))
                        .noneMatch(t -> t.strip().equals(found.type))) {
            // As Distribution does for clients that do not know OCI's types.
            return Answer.error(
                    404,
                    "MANIFEST_UNKNOWN",
                    "OCI manifest found, but accept header does not support OCI manifests");
        }
        Map<String, String> headers = new TreeMap<>();
        if (!found.type.isEmpty()) {
            headers.put("Content-Type", found.type);
        }
        headers.put("Docker-Content-Digest", digest);
        headers.put("Docker-Distribution-Api-Version", "registry/2.0");
        headers.put("Etag", "\"" + digest + "\"");
        return Answer.of(200, headers, found.bytes);
    }

    private Answer blob(Asked request) {
        byte[] bytes = blobs.get(request.repository + "@" + request.reference);
        if (bytes == null) {
            return Answer.error(404, "BLOB_UNKNOWN", "blob unknown to registry");
        }
        if (redirects) {
            return Answer.of(
                    307,
                    Map.of(
                            "Location",
                            cdnUrl()
                                    + "/v2/"
                                    + request.repository
                                    + "/blobs/"
                                    + request.reference
                                    + "?signature=abc%2Fdef&expires=60",
                            "Content-Type",
                            "application/octet-stream"),
                    new byte[0]);
        }
        return bytes(
                request,
                bytes,
                Map.of(
                        "Docker-Content-Digest",
                        request.reference,
                        "Etag",
                        "\"" + request.reference + "\""));
    }

    /// A store of objects with signed URLs, which takes a second way of saying who asks for an error.
    private Answer ofCdn(Asked request, @Nullable String query) {
        byte[] bytes = blobs.get(request.repository + "@" + request.reference);
        if (request.headers.containsKey("authorization")) {
            return xml(400, "InvalidArgument", "Only one auth mechanism allowed");
        }
        if (!"signature=abc%2Fdef&expires=60".equals(query)) {
            return xml(403, "SignatureDoesNotMatch", "The request signature does not match");
        }
        return bytes == null
                ? xml(404, "NoSuchKey", "The specified key does not exist.")
                : bytes(request, bytes, Map.of("ETag", "\"d41d8cd98f00b204e9800998ecf8427e-1\""));
    }

    private static Answer xml(int status, String code, String message) {
        return Answer.of(
                status,
                Map.of("Content-Type", "application/xml"),
                ("<?xml version=\"1.0\"?><Error><Code>"
                                + code
                                + "</Code><Message>"
                                + message
                                + "</Message></Error>")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private Answer bytes(Asked request, byte[] bytes, Map<String, String> more) {
        Map<String, String> headers = new TreeMap<>(more);
        headers.put("Content-Type", "application/octet-stream");
        String range = request.header("range");
        if (range == null || !ranges) {
            return Answer.of(200, headers, bytes);
        }
        if (!range.matches("bytes=[0-9]{1,18}-[0-9]{0,18}")) {
            return Answer.error(400, "UNSUPPORTED", "invalid range " + range);
        }
        long from = Long.parseLong(range.substring(6, range.indexOf('-')));
        String end = range.substring(range.indexOf('-') + 1);
        long to = end.isEmpty() ? bytes.length : Math.min(bytes.length, Long.parseLong(end) + 1);
        if (from >= bytes.length) {
            return Answer.error(416, "SIZE_INVALID", "range not satisfiable")
                    .with(Map.of("Content-Range", "bytes */" + bytes.length));
        }
        headers.put("Accept-Ranges", "bytes");
        headers.put("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + bytes.length);
        return Answer.of(206, headers, Arrays.copyOfRange(bytes, (int) from, (int) to));
    }

    @Override
    public void close() {
        server.stop(0);
        cdn.stop(0);
        tokens.close();
    }
}
