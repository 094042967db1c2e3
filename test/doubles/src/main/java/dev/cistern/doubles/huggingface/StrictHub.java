package dev.cistern.doubles.huggingface;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The Hugging Face Hub's API for reading, in memory: it checks methods, paths, parameters and headers strictly, has
/// the real one's odd habits, and injects faults on request.
///
/// The odd habits: without a token it answers 401 for what is not there; small files are served by a redirect to a
/// cache of its own, on the same host and with a relative location, large ones by one to a network on another host,
/// which refuses whoever shows it a token and calls its copies by an `ETag` of the same form as a file's digest; what
/// is told of a large file is in the redirect alone; JSON and text are packed where the client allows it; every answer
/// says what is left of the client's requests.
public final class StrictHub implements AutoCloseable {
    private static final Pattern API =
            Pattern.compile(
                    "/api/(models|datasets|spaces|kernels)/([^/]+(?:/[^/]+)?)"
                            + "(?:/(revision|tree|paths-info)/([^/]+)(?:/([^/]+))?)?");
    private static final Pattern RESOLVE =
            Pattern.compile(
                    "/(?:(datasets|spaces|kernels)/)?([^/]+(?:/[^/]+)?)/resolve/([^/]+)/(.+)");
    private static final Pattern CACHED =
            Pattern.compile(
                    "/api/resolve-cache/(models|datasets|spaces|kernels)/([^/]+/[^/]+)/([0-9a-f]{40})/(.+)");

    /// What was asked.
    ///
    /// @param kind of request
    /// @param path of a file or a directory; empty where it is about the repo
    /// @param query decoded
    /// @param headers by lower-case name
    /// @param number of this kind of request for this path, from 1
    public record Asked(
            Kind kind,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            int number) {}

    /// The kinds of requests.
    public enum Kind {
        REVISION,
        TREE,
        PATHS_INFO,
        RESOLVE,
        CACHED,
        NETWORK
    }

    private final HubServer hub;
    private final HubServer network;
    private final String base;
    private final Map<String, HubRepo> repos = new ConcurrentHashMap<>();
    private final Map<String, String> renamed = new ConcurrentHashMap<>();
    private final Map<String, String> users = new ConcurrentHashMap<>();
    private final Map<String, HubFile> copies = new ConcurrentHashMap<>();
    private final Map<String, String> cursors = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final AtomicLong links = new AtomicLong();
    private volatile long linksGoodFrom;
    private volatile int pageSize = 1000;
    private volatile boolean withoutPathsInfo;
    private volatile Function<Asked, @Nullable HubFault> faults = request -> null;

    /// The Hub at the root of its host.
    public StrictHub() throws IOException {
        this("", null);
    }

    /// @param base path that comes before all, as of a mirror; empty or beginning with `/`
    /// @param tls null for plain HTTP
    public StrictHub(String base, @Nullable SSLContext tls) throws IOException {
        this(base, tls, HubServer.anywhere(), HubServer.anywhere());
    }

    /// Where others than this process reach it.
    ///
    /// @param at where the Hub listens
    /// @param networkAt where the network does
    public StrictHub(InetSocketAddress at, InetSocketAddress networkAt) throws IOException {
        this("", null, at, networkAt);
    }

    private StrictHub(
            String base,
            @Nullable SSLContext tls,
            InetSocketAddress at,
            InetSocketAddress networkAt)
            throws IOException {
        this.base = base;
        network = new HubServer(networkAt, tls, this::network);
        hub = new HubServer(at, tls, this::hub);
    }

    public String endpoint() {
        return hub.url() + base;
    }

    /// Makes a repo.
    ///
    /// @param kind in the plural, such as `datasets`
    /// @param name `OWNER/NAME`
    public HubRepo repo(String kind, String name) {
        return repos.computeIfAbsent(kind + "/" + name, key -> new HubRepo(kind, name));
    }

    /// Moves a repo; the old name leads to the new one.
    ///
    /// @param from a name, which may have no owner
    public void rename(String kind, String from, String to) {
        renamed.put(kind + "/" + from, to);
        HubRepo old = repos.remove(kind + "/" + from);
        if (old != null) {
            old.rename(to);
            repos.put(kind + "/" + to, old);
        }
    }

    /// A token is good from now on.
    public void accept(String token, String user) {
        users.put(token, user);
    }

    /// A token is good no more.
    public void revoke(String token) {
        users.remove(token);
    }

    /// Links to the network that were given so far are good no more.
    public void expireLinks() {
        linksGoodFrom = links.get() + 1;
    }

    /// A page of a tree has at most so many entries.
    public void pageSize(int most) {
        pageSize = most;
    }

    /// As mirrors that only know how to read.
    public void withoutPathsInfo() {
        withoutPathsInfo = true;
    }

    /// What goes wrong from now on; null for nothing.
    public void faults(Function<Asked, @Nullable HubFault> function) {
        faults = function;
    }

    public List<Asked> asked(Kind kind) {
        return asked.stream().filter(a -> a.kind == kind).toList();
    }

    private HubAnswer hub(HttpExchange exchange, byte[] body) {
        String raw = exchange.getRequestURI().getRawPath();
        if (!raw.startsWith(base + "/")) {
            return HubAnswer.error(404, "", "Sorry, we can't find the page you are looking for.");
        }
        String path = raw.substring(base.length());
        Matcher cached = CACHED.matcher(path);
        Matcher api = API.matcher(path);
        Matcher resolve = RESOLVE.matcher(path);
        if (cached.matches()) {
            return cached(exchange, cached);
        }
        if (api.matches()) {
            return api(exchange, api, body);
        }
        if (resolve.matches()) {
            return resolve(exchange, resolve);
        }
        return HubAnswer.error(404, "", "Sorry, we can't find the page you are looking for.");
    }

    private static String decoded(String part) {
        // A plus sign in a path is itself.
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static Map<String, String> parameters(@Nullable String text) {
        Map<String, String> all = new TreeMap<>();
        if (text == null || text.isEmpty()) {
            return all;
        }
        for (String pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("parameter " + pair + " without a value");
            }
            String name = URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8);
            String value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
            if (all.put(name, value) != null) {
                throw new IllegalArgumentException("parameter " + name + " twice");
            }
        }
        return all;
    }

    private Asked noted(Kind kind, String path, Map<String, String> query, HttpExchange exchange) {
        Map<String, String> lower = new TreeMap<>();
        exchange.getRequestHeaders()
                .forEach(
                        (key, values) ->
                                lower.put(key.toLowerCase(Locale.ROOT), values.getFirst()));
        int number =
                counts.computeIfAbsent(kind + path, key -> new AtomicInteger()).incrementAndGet();
        Asked request = new Asked(kind, path, query, lower, number);
        asked.add(request);
        return request;
    }

    /// The answer with what every answer has, and with what goes wrong.
    private HubAnswer told(Asked request, HubAnswer answer) {
        String bucket = request.kind == Kind.RESOLVE ? "resolvers" : "api";
        return packed(
                request,
                answer.with(
                                Map.of(
                                        "X-Request-Id",
                                        "Root=1-" + request.number,
                                        "RateLimit",
                                        "\"" + bucket + "\";r=499;t=172",
                                        "RateLimit-Policy",
                                        "\"fixed window\";\"" + bucket + "\";q=500;w=300"))
                        .spoiled(faults.apply(request)));
    }

    private static HubAnswer packed(Asked request, HubAnswer answer) {
        String type = answer.headers().getOrDefault("Content-Type", "");
        if (answer.status() != 200
                || !(type.startsWith("application/json") || type.startsWith("text/"))
                || !request.headers.getOrDefault("accept-encoding", "").contains("gzip")) {
            return answer;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(answer.body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        String tag = answer.headers().getOrDefault("ETag", "");
        return new HubAnswer(200, answer.headers(), out.toByteArray(), answer.fault())
                .with(Map.of("Content-Encoding", "gzip", "ETag", tag.isEmpty() ? "" : "W/" + tag));
    }

    /// Who asks.
    ///
    /// @param wrong there is a token, and it is none
    private record Caller(@Nullable String user, boolean wrong) {}

    private Caller caller(Asked request) {
        String header = request.headers.get("authorization");
        if (header == null) {
            return new Caller(null, false);
        }
        String user = header.startsWith("Bearer ") ? users.get(header.substring(7)) : null;
        return new Caller(user, user == null);
    }

    /// Why a repo may not be read; null when it may.
    private @Nullable HubAnswer refusal(Caller caller, @Nullable HubRepo repo) {
        if (caller.wrong) {
            return HubAnswer.error(401, "", "Invalid credentials in Authorization header");
        }
        if (repo == null || repo.hiddenFrom(caller.user)) {
            return caller.user == null
                    ? HubAnswer.error(401, "RepoNotFound", "Repository not found")
                            .with(Map.of("X-Error-Message", "Invalid username or password."))
                    : HubAnswer.error(404, "RepoNotFound", "Repository not found");
        }
        return repo.disabled()
                ? HubAnswer.error(403, "", "Access to this resource is disabled.")
                : null;
    }

    private @Nullable HubAnswer gate(Caller caller, HubRepo repo) {
        if (!repo.gatedFor(caller.user)) {
            return null;
        }
        String what = repo.kind().substring(0, repo.kind().length() - 1) + " " + repo.name();
        return caller.user == null
                ? HubAnswer.error(
                        401,
                        "GatedRepo",
                        "Access to "
                                + what
                                + " is restricted. You must have access to it and be"
                                + " authenticated to access it. Please log in.")
                : HubAnswer.error(
                        403,
                        "GatedRepo",
                        "Access to "
                                + what
                                + " is restricted and you are not in the authorized"
                                + " list. Visit "
                                + endpoint()
                                + "/"
                                + repo.name()
                                + " to ask for access.");
    }

    private HubAnswer api(HttpExchange exchange, Matcher path, byte[] body) {
        String kind = path.group(1);
        String action = path.group(3) == null ? "revision" : path.group(3);
        boolean post = action.equals("paths-info");
        Kind of =
                switch (action) {
                    case "tree" -> Kind.TREE;
                    case "paths-info" -> Kind.PATHS_INFO;
                    default -> Kind.REVISION;
                };
        Map<String, String> query = parameters(exchange.getRequestURI().getRawQuery());
        Map<String, String> form =
                post ? parameters(new String(body, StandardCharsets.UTF_8)) : Map.of();
        String directory = path.group(5) == null ? "" : decoded(path.group(5));
        Asked request =
                noted(of, post ? form.getOrDefault("paths", "") : directory, query, exchange);
        if (!exchange.getRequestMethod().equals(post ? "POST" : "GET")) {
            return told(request, HubAnswer.error(405, "", "Method not allowed"));
        }
        if (post && withoutPathsInfo) {
            return told(request, HubAnswer.error(405, "", "Method not allowed"));
        }
        String newName = renamed.get(kind + "/" + path.group(2));
        if (newName != null) {
            String rest = path.group().substring(path.end(2));
            String raw = exchange.getRequestURI().getRawQuery();
            return told(
                    request,
                    HubAnswer.redirect(
                            307,
                            base
                                    + "/api/"
                                    + kind
                                    + "/"
                                    + newName
                                    + rest
                                    + (raw == null ? "" : "?" + raw),
                            Map.of()));
        }
        HubRepo repo = repos.get(kind + "/" + path.group(2));
        Caller caller = caller(request);
        HubAnswer refused = refusal(caller, repo);
        if (refused != null || repo == null) {
            return told(request, refused == null ? HubAnswer.wrong("repo") : refused);
        }
        String revision = path.group(4) == null ? "main" : decoded(path.group(4));
        String commit = repo.resolved(revision);
        if (commit == null) {
            return told(
                    request,
                    HubAnswer.error(404, "RevisionNotFound", "Invalid rev id: " + revision));
        }
        return told(
                request,
                switch (of) {
                    case TREE -> tree(request, repo, commit, revision);
                    case PATHS_INFO -> pathsInfo(exchange, repo, commit, form);
                    default -> info(request, repo, commit);
                });
    }

    private static void onlyKnown(Map<String, String> query, String... known) {
        for (String name : query.keySet()) {
            if (!Set.of(known).contains(name)) {
                throw new IllegalArgumentException(name);
            }
        }
    }

    private static HubAnswer info(Asked request, HubRepo repo, String commit) {
        onlyKnown(request.query, "expand", "blobs", "securityStatus");
        JsonObject info = new JsonObject();
        info.addProperty("_id", "621ffdc036468d709f17434d");
        info.addProperty("id", repo.name());
        info.addProperty("sha", commit);
        String expand = request.query.get("expand");
        if (expand == null) {
            info.addProperty("private", false);
            info.addProperty("disabled", false);
            info.addProperty("gated", false);
            JsonArray siblings = new JsonArray();
            for (String path : repo.files(commit).keySet()) {
                JsonObject sibling = new JsonObject();
                sibling.addProperty("rfilename", path);
                siblings.add(sibling);
            }
            info.add("siblings", siblings);
        } else if (!expand.equals("sha")) {
            throw new IllegalArgumentException("expand=" + expand);
        }
        return HubAnswer.json(info);
    }

    private static boolean flag(Map<String, String> query, String name) {
        String value = query.getOrDefault(name, "false").toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException(name + "=" + value);
        }
        return value.equals("true");
    }

    private HubAnswer tree(Asked request, HubRepo repo, String commit, String revision) {
        onlyKnown(request.query, "recursive", "expand", "cursor", "limit");
        boolean recursive = flag(request.query, "recursive");
        flag(request.query, "expand");
        TreeMap<String, HubFile> files = repo.files(commit);
        String below = request.path.isEmpty() ? "" : request.path + "/";
        List<JsonObject> entries = entries(files, below, recursive, commit);
        if (entries.isEmpty() && !below.isEmpty()) {
            return HubAnswer.error(
                    404, "EntryNotFound", request.path + " does not exist on \"" + revision + "\"");
        }
        String cursor = request.query.get("cursor");
        String position = cursor == null ? "0" : cursors.get(commit + below + recursive + cursor);
        if (position == null) {
            throw new IllegalArgumentException("cursor");
        }
        int from = Integer.parseInt(position);
        int to = Math.min(entries.size(), from + pageSize);
        JsonArray page = new JsonArray();
        entries.subList(from, to).forEach(page::add);
        HubAnswer answer = HubAnswer.json(page);
        if (to == entries.size()) {
            return answer;
        }
        String next = "ZXlKbWFX+/" + to + "==:" + pageSize;
        cursors.put(commit + below + recursive + next, String.valueOf(to));
        return answer.with(
                Map.of(
                        "Link",
                        "<"
                                + endpoint()
                                + "/api/"
                                + repo.kind()
                                + "/"
                                + repo.name()
                                + "/tree/"
                                + URLEncoder.encode(revision, StandardCharsets.UTF_8)
                                + (below.isEmpty()
                                        ? ""
                                        : "/"
                                                + URLEncoder.encode(
                                                        request.path, StandardCharsets.UTF_8))
                                + "?expand=false&recursive="
                                + recursive
                                + "&limit="
                                + pageSize
                                + "&cursor="
                                + URLEncoder.encode(next, StandardCharsets.UTF_8)
                                + ">; rel=\"next\""));
    }

    private static List<JsonObject> entries(
            TreeMap<String, HubFile> files, String below, boolean recursive, String commit) {
        List<JsonObject> entries = new ArrayList<>();
        Set<String> directories = new java.util.HashSet<>();
        for (Map.Entry<String, HubFile> file : files.tailMap(below).entrySet()) {
            String path = file.getKey();
            if (!path.startsWith(below)) {
                break;
            }
            int slash = path.indexOf('/', below.length());
            for (; slash >= 0; slash = recursive ? path.indexOf('/', slash + 1) : -1) {
                String directory = path.substring(0, slash);
                if (directories.add(directory)) {
                    JsonObject entry = new JsonObject();
                    entry.addProperty("type", "directory");
                    entry.addProperty(
                            "oid",
                            HubFile.digest(
                                    "SHA-1",
                                    (commit + directory).getBytes(StandardCharsets.UTF_8)));
                    entry.addProperty("size", 0);
                    entry.addProperty("path", directory);
                    entries.add(entry);
                }
            }
            if (recursive || path.indexOf('/', below.length()) < 0) {
                entries.add(file.getValue().entry(path));
            }
        }
        return entries;
    }

    private static HubAnswer pathsInfo(
            HttpExchange exchange, HubRepo repo, String commit, Map<String, String> form) {
        onlyKnown(form, "paths", "expand");
        flag(form, "expand");
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        String path = form.get("paths");
        if (!"application/x-www-form-urlencoded".equals(type) || path == null) {
            throw new IllegalArgumentException("paths");
        }
        JsonArray found = new JsonArray();
        HubFile file = repo.files(commit).get(path);
        if (file != null) {
            found.add(file.entry(path));
        } else if (!entries(repo.files(commit), path + "/", false, commit).isEmpty()) {
            JsonObject entry = new JsonObject();
            entry.addProperty("type", "directory");
            entry.addProperty("oid", commit);
            entry.addProperty("size", 0);
            entry.addProperty("path", path);
            found.add(entry);
        }
        return HubAnswer.json(found);
    }

    private HubAnswer resolve(HttpExchange exchange, Matcher path) {
        String kind = path.group(1) == null ? "models" : path.group(1);
        String file = decoded(path.group(4));
        Map<String, String> query = parameters(exchange.getRequestURI().getRawQuery());
        Asked request = noted(Kind.RESOLVE, file, query, exchange);
        if (!reads(exchange)) {
            return told(request, HubAnswer.error(405, "", "Method not allowed"));
        }
        onlyKnown(query, "download");
        String newName = renamed.get(kind + "/" + path.group(2));
        String page = kind.equals("models") ? "" : kind + "/";
        if (newName != null) {
            return told(
                    request,
                    HubAnswer.redirect(
                            307,
                            base + "/" + page + newName + path.group().substring(path.end(2)),
                            Map.of()));
        }
        HubRepo repo = repos.get(kind + "/" + path.group(2));
        Caller caller = caller(request);
        HubAnswer refused = refusal(caller, repo);
        if (refused == null && repo != null) {
            refused = gate(caller, repo);
        }
        if (refused != null || repo == null) {
            return told(request, refused == null ? HubAnswer.wrong("repo") : refused);
        }
        String commit = repo.resolved(decoded(path.group(3)));
        if (commit == null) {
            return told(
                    request,
                    HubAnswer.error(404, "RevisionNotFound", "Invalid rev id: " + path.group(3)));
        }
        HubFile found = repo.files(commit).get(file);
        if (found == null) {
            return told(
                    request,
                    HubAnswer.error(404, "EntryNotFound", "Entry not found")
                            .with(Map.of("X-Repo-Commit", commit)));
        }
        return told(
                request,
                found.linked()
                        ? toNetwork(found, commit)
                        : HubAnswer.redirect(
                                307,
                                base
                                        + "/api/resolve-cache/"
                                        + kind
                                        + "/"
                                        + repo.name()
                                        + "/"
                                        + commit
                                        + "/"
                                        + path.group(4)
                                        + "?"
                                        + URLEncoder.encode(path.group(), StandardCharsets.UTF_8)
                                        + "=&etag=%22"
                                        + found.oid()
                                        + "%22",
                                Map.of("X-Repo-Commit", commit, "Accept-Ranges", "bytes")));
    }

    private static boolean reads(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("GET")
                || exchange.getRequestMethod().equals("HEAD");
    }

    private HubAnswer toNetwork(HubFile file, String commit) {
        copies.put(file.sha256(), file);
        Map<String, String> headers = new TreeMap<>();
        headers.put("X-Repo-Commit", commit);
        headers.put("X-Linked-Size", String.valueOf(file.bytes().length));
        headers.put("X-Linked-ETag", "\"" + file.sha256() + "\"");
        headers.put("Accept-Ranges", "bytes");
        if (file.kept() == HubFile.Kept.XET) {
            headers.put("X-Xet-Hash", file.entry("").get("xetHash").getAsString());
            headers.put(
                    "Link",
                    "<"
                            + endpoint()
                            + "/api/models/xet-read-token/"
                            + commit
                            + ">; rel=\"xet-auth\"");
        }
        return HubAnswer.redirect(
                302,
                network.url()
                        + "/xet-bridge-us/"
                        + file.sha256()
                        + "?X-Amz-Expires=3600&response-content-disposition=inline%3B+filename*%3DUTF-8%27%27x"
                        + "&Expires=1764000000&Signature=s~"
                        + links.incrementAndGet()
                        + "&Key-Pair-Id=K",
                headers);
    }

    /// Small files: as the Hub's own host serves them, for whoever may.
    private HubAnswer cached(HttpExchange exchange, Matcher path) {
        String file = decoded(path.group(4));
        Asked request = noted(Kind.CACHED, file, Map.of(), exchange);
        HubRepo repo = repos.get(path.group(1) + "/" + path.group(2));
        Caller caller = caller(request);
        HubAnswer refused = refusal(caller, repo);
        if (refused == null && repo != null) {
            refused = gate(caller, repo);
        }
        HubFile found = repo == null ? null : repo.files(path.group(3)).get(file);
        String query = exchange.getRequestURI().getRawQuery();
        if (refused == null
                && (found == null
                        || !reads(exchange)
                        || query == null
                        || !query.endsWith("&etag=%22" + found.oid() + "%22"))) {
            refused = HubAnswer.error(404, "EntryNotFound", "Entry not found");
        }
        if (refused != null || found == null) {
            return told(request, refused == null ? HubAnswer.wrong("file") : refused);
        }
        return told(
                request,
                HubAnswer.bytes(
                        found.bytes(),
                        request.headers.get("range"),
                        Map.of(
                                "Content-Type",
                                "text/plain; charset=utf-8",
                                "ETag",
                                "\"" + found.oid() + "\"",
                                "X-Repo-Commit",
                                path.group(3),
                                "Content-Disposition",
                                "inline; filename*=UTF-8''x; filename=\"x\";"),
                        faults.apply(request) instanceof HubFault.RangeIgnored));
    }

    private HubAnswer network(HttpExchange exchange, byte[] body) {
        String raw = exchange.getRequestURI().getRawPath();
        Map<String, String> query = parameters(exchange.getRequestURI().getRawQuery());
        Asked request = noted(Kind.NETWORK, raw, query, exchange);
        HubFile copy =
                raw.startsWith("/xet-bridge-us/")
                        ? copies.get(raw.substring("/xet-bridge-us/".length()))
                        : null;
        String signature = query.getOrDefault("Signature", "");
        HubAnswer answer;
        if (request.headers.containsKey("authorization")) {
            answer = xml(400, "InvalidArgument", "Only one auth mechanism allowed");
        } else if (copy == null || !reads(exchange) || !signature.matches("s~[0-9]+")) {
            answer = xml(403, "AccessDenied", "Access Denied");
        } else if (Long.parseLong(signature.substring(2)) < linksGoodFrom) {
            answer = xml(403, "AccessDenied", "Request has expired");
        } else {
            answer =
                    HubAnswer.bytes(
                            copy.bytes(),
                            request.headers.get("range"),
                            Map.of(
                                    "Content-Type",
                                    "application/octet-stream",
                                    "ETag",
                                    "\"" + copy.networkTag() + "\"",
                                    "Last-Modified",
                                    "Wed, 12 Nov 2025 11:00:00 GMT",
                                    "X-Cache",
                                    "Hit from cloudfront"),
                            faults.apply(request) instanceof HubFault.RangeIgnored);
        }
        return answer.spoiled(faults.apply(request));
    }

    private static HubAnswer xml(int status, String code, String message) {
        return HubAnswer.of(
                status,
                Map.of("Content-Type", "application/xml"),
                ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>"
                                + code
                                + "</Code><Message>"
                                + message
                                + "</Message></Error>")
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        hub.close();
        network.close();
    }
}
