package dev.cistern.doubles.gcs;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cistern.doubles.gcs.AccessTokens.Grant;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The services that give access tokens: the OAuth token endpoint (assertions of service account keys), the Security Token Service
/// (workload identity federation), the IAM Service Account Credentials API (impersonation), and the metadata server of a node.
///
/// They accept what is documented and nothing else; what they refuse they refuse in the words of the real ones.
public final class TokenServices implements AutoCloseable {
    private static final String BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final String EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String JWT = "urn:ietf:params:oauth:token-type:jwt";

    /// Whatever `token_uri` says: Google's clients have it as a constant.
    private static final String AUDIENCE = "https://oauth2.googleapis.com/token";

    private static final String METADATA =
            "/computeMetadata/v1/instance/service-accounts/default/token";
    private static final String FEDERATED = "principal:";
    private static final String ANY_FEDERATED = "principalSet:*";
    private static final Duration HOUR = Duration.ofHours(1);

    /// An answer instead of the true one.
    public record Refusal(int status, String type, String body, Map<String, String> headers) {
        /// An error of an OAuth endpoint.
        public static Refusal oauth(int status, String error, String description) {
            JsonObject document = new JsonObject();
            document.addProperty("error", error);
            document.addProperty("error_description", description);
            return json(status, document);
        }

        /// An error of a Google API.
        public static Refusal api(int status, String state, String message) {
            JsonObject error = new JsonObject();
            error.addProperty("code", status);
            error.addProperty("message", message);
            error.addProperty("status", state);
            JsonObject document = new JsonObject();
            document.add("error", error);
            return json(status, document);
        }

        private static Refusal json(int status, JsonObject document) {
            return new Refusal(
                    status, "application/json; charset=UTF-8", document.toString(), Map.of());
        }

        static Refusal text(int status, String text) {
            return new Refusal(status, "text/html; charset=UTF-8", text, Map.of());
        }

        /// The same with `Retry-After`.
        public Refusal retryAfter(int seconds) {
            return new Refusal(status, type, body, Map.of("Retry-After", String.valueOf(seconds)));
        }
    }

    private final AccessTokens tokens;
    private final HttpServer server;
    private final Map<String, ServiceAccountKey> keys = new ConcurrentHashMap<>();
    private final Map<String, String> users = new ConcurrentHashMap<>();
    private final Map<String, Predicate<String>> providers = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> impersonators = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile @Nullable String nodeAccount;
    private volatile @Nullable Refusal refusal;

    public TokenServices(AccessTokens tokens) throws IOException {
        this(tokens, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    public TokenServices(AccessTokens tokens, InetSocketAddress address) throws IOException {
        this.tokens = tokens;
        server = HttpServer.create(address, 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// What the key file of a service account has as `token_uri`.
    public String tokenUri() {
        return url() + "/token";
    }

    /// The Security Token Service.
    public String stsUrl() {
        return url() + "/v1/token";
    }

    /// The value of `GCE_METADATA_HOST`.
    public String metadataHost() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /// A service account of which somebody has the key.
    public void accepts(ServiceAccountKey key) {
        keys.put(key.id(), key);
    }

    /// A person who has logged in, and for whom this refresh token stands.
    public void accepts(String refreshToken, String email) {
        users.put(refreshToken, email);
    }

    /// A workload identity provider, as `projects/…/providers/NAME`, and the subject tokens that it takes.
    public void trusts(String provider, Predicate<String> subjectToken) {
        providers.put("//iam.googleapis.com/" + provider, subjectToken);
    }

    /// Lets one principal have tokens of a service account.
    public void mayImpersonate(String principal, String account) {
        impersonators.computeIfAbsent(account, a -> ConcurrentHashMap.newKeySet()).add(principal);
    }

    /// The same for whoever a workload identity provider vouches for.
    public void anyFederatedMayImpersonate(String account) {
        mayImpersonate(ANY_FEDERATED, account);
    }

    /// The service account of the node's pods; null means that none is bound.
    public void nodeAccount(@Nullable String account) {
        nodeAccount = account;
    }

    /// Answers everything with this from now on; null ends it.
    public void refuses(@Nullable Refusal with) {
        refusal = with;
    }

    /// The paths of all that was asked, good or not.
    public List<String> asked() {
        return asked;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            asked.add(path);
            String body = Exchanges.body(exchange);
            Refusal told = refusal;
            if (told != null) {
                refuse(exchange, told);
                return;
            }
            if (path.equals("/token")) {
                bearer(exchange, body);
            } else if (path.equals("/v1/token")) {
                exchange(exchange, body);
            } else if (path.startsWith("/v1/projects/-/serviceAccounts/")) {
                impersonate(exchange, path, body);
            } else if (path.startsWith("/computeMetadata/")) {
                metadata(exchange, path);
            } else {
                refuse(exchange, Refusal.text(404, "The requested URL was not found"));
            }
        }
    }

    /// The token of a person.
    private void refresh(HttpExchange exchange, Map<String, String> form) throws IOException {
        String email = users.get(form.getOrDefault("refresh_token", ""));
        if (!"client".equals(form.get("client_id"))
                || !"client-secret".equals(form.get("client_secret"))) {
            refuse(exchange, Refusal.oauth(401, "invalid_client", "Unauthorized"));
        } else if (email == null) {
            refuse(
                    exchange,
                    Refusal.oauth(400, "invalid_grant", "Token has been expired or revoked."));
        } else {
            grant(exchange, tokens.issue(email, List.of(AccessTokens.PLATFORM_SCOPE), HOUR), null);
        }
    }

    /// RFC 7523, as Google has it.
    private void bearer(HttpExchange exchange, String body) throws IOException {
        Map<String, String> form = form(exchange, body);
        if (form != null && "refresh_token".equals(form.get("grant_type"))) {
            refresh(exchange, form);
            return;
        }
        if (form == null
                || !BEARER_GRANT.equals(form.get("grant_type"))
                || !form.keySet().equals(Set.of("grant_type", "assertion"))) {
            refuse(exchange, Refusal.oauth(400, "unsupported_grant_type", "Invalid grant_type"));
            return;
        }
        String[] parts = form.getOrDefault("assertion", "").split("\\.", -1);
        JsonObject header = parts.length == 3 ? decoded(parts[0]) : null;
        JsonObject claims = parts.length == 3 ? decoded(parts[1]) : null;
        if (header == null || claims == null || !"RS256".equals(text(header, "alg"))) {
            refuse(exchange, Refusal.oauth(400, "invalid_grant", "Invalid JWT"));
            return;
        }
        ServiceAccountKey key = keys.get(text(header, "kid"));
        if (key == null || !key.email().equals(text(claims, "iss"))) {
            refuse(
                    exchange,
                    Refusal.oauth(400, "invalid_grant", "Invalid grant: account not found"));
            return;
        }
        if (!signed(key, parts)) {
            refuse(exchange, Refusal.oauth(400, "invalid_grant", "Invalid JWT Signature."));
            return;
        }
        long issuedAt = claims.get("iat").getAsLong();
        long expires = claims.get("exp").getAsLong();
        long now = Instant.now().getEpochSecond();
        if (expires - issuedAt > 3600 || Math.abs(now - issuedAt) > 300 || expires < now) {
            refuse(
                    exchange,
                    Refusal.oauth(
                            400,
                            "invalid_grant",
                            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a"
                                    + " reasonable timeframe. Check your iat and exp values in the"
                                    + " JWT claim."));
            return;
        }
        String scope = text(claims, "scope");
        if (!AUDIENCE.equals(text(claims, "aud")) || scope.isEmpty()) {
            refuse(
                    exchange,
                    Refusal.oauth(
                            400, "invalid_scope", "Invalid OAuth scope or ID token audience"));
            return;
        }
        grant(exchange, tokens.issue(key.email(), List.of(scope.split(" ")), HOUR), null);
    }

    private static boolean signed(ServiceAccountKey key, String[] parts) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(key.pair().getPublic());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /// RFC 8693, as Google has it.
    private void exchange(HttpExchange exchange, String body) throws IOException {
        Map<String, String> form = form(exchange, body);
        if (form == null
                || !EXCHANGE_GRANT.equals(form.get("grant_type"))
                || !ACCESS_TOKEN.equals(form.get("requested_token_type"))
                || !JWT.equals(form.get("subject_token_type"))
                || !form.containsKey("scope")) {
            refuse(exchange, Refusal.oauth(400, "invalid_request", "Invalid value for a field"));
            return;
        }
        Predicate<String> provider = providers.get(form.getOrDefault("audience", ""));
        if (provider == null) {
            refuse(
                    exchange,
                    Refusal.oauth(
                            400,
                            "invalid_target",
                            "The target service indicated by the \"audience\" parameters is"
                                + " invalid. This might either be because the pool or provider is"
                                + " disabled or deleted or because it doesn't exist."));
            return;
        }
        String subject = form.getOrDefault("subject_token", "");
        if (!provider.test(subject)) {
            refuse(
                    exchange,
                    Refusal.oauth(
                            400,
                            "invalid_grant",
                            "The audience in ID Token does not match the expected audience."));
            return;
        }
        grant(
                exchange,
                tokens.issue(FEDERATED + subject, List.of(form.get("scope").split(" ")), HOUR),
                ACCESS_TOKEN);
    }

    private void impersonate(HttpExchange exchange, String path, String body) throws IOException {
        String rest = path.substring("/v1/projects/-/serviceAccounts/".length());
        Grant caller = tokens.of(exchange.getRequestHeaders().getFirst("Authorization"));
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (!rest.endsWith(":generateAccessToken")
                || !exchange.getRequestMethod().equals("POST")
                || type == null
                || !type.startsWith("application/json")) {
            refuse(exchange, Refusal.text(404, "The requested URL was not found"));
            return;
        }
        if (caller == null) {
            refuse(
                    exchange,
                    Refusal.api(
                            401,
                            "UNAUTHENTICATED",
                            "Request had invalid authentication credentials."));
            return;
        }
        if (!caller.callsPlatform()) {
            refuse(
                    exchange,
                    Refusal.api(
                            403,
                            "PERMISSION_DENIED",
                            "Request had insufficient authentication scopes."));
            return;
        }
        String account = rest.substring(0, rest.length() - ":generateAccessToken".length());
        Set<String> allowed = impersonators.getOrDefault(account, Set.of());
        boolean federated = caller.principal().startsWith(FEDERATED);
        if (!allowed.contains(caller.principal())
                && !(federated && allowed.contains(ANY_FEDERATED))) {
            refuse(
                    exchange,
                    Refusal.api(
                            403,
                            "PERMISSION_DENIED",
                            "Permission 'iam.serviceAccounts.getAccessToken' denied on resource"
                                    + " (or it may not exist)."));
            return;
        }
        JsonObject request = parsed(body);
        List<String> scopes = new ArrayList<>();
        if (request != null && request.has("scope")) {
            request.getAsJsonArray("scope").forEach(s -> scopes.add(s.getAsString()));
        }
        String lifetime = request == null ? "" : text(request, "lifetime");
        if (scopes.isEmpty() || !lifetime.matches("[0-9]{1,4}s")) {
            refuse(
                    exchange,
                    Refusal.api(400, "INVALID_ARGUMENT", "Request contains an invalid argument."));
            return;
        }
        Duration asked =
                Duration.ofSeconds(Long.parseLong(lifetime.substring(0, lifetime.length() - 1)));
        String token = tokens.issue(account, scopes, asked);
        Duration given = asked.compareTo(tokens.lifetime()) < 0 ? asked : tokens.lifetime();
        JsonObject answer = new JsonObject();
        answer.addProperty("accessToken", token);
        answer.addProperty(
                "expireTime", Instant.now().plus(given).truncatedTo(ChronoUnit.SECONDS).toString());
        Exchanges.json(exchange, 200, answer);
    }

    private void metadata(HttpExchange exchange, String path) throws IOException {
        if (!"Google".equals(exchange.getRequestHeaders().getFirst("Metadata-Flavor"))) {
            refuse(exchange, Refusal.text(403, "Missing Metadata-Flavor:Google header."));
            return;
        }
        exchange.getResponseHeaders().set("Metadata-Flavor", "Google");
        String account = nodeAccount;
        if (account == null || !exchange.getRequestMethod().equals("GET")) {
            refuse(exchange, Refusal.text(404, "The requested URL was not found"));
            return;
        }
        switch (path) {
            case "/computeMetadata/v1/instance/service-accounts/" -> {
                JsonObject own = new JsonObject();
                own.addProperty("email", account);
                JsonObject all = new JsonObject();
                all.add("default", own);
                Exchanges.json(exchange, 200, all);
            }
            case METADATA -> {
                String scopes =
                        Exchanges.query(exchange).getOrDefault("scopes", AccessTokens.READ_SCOPE);
                grant(exchange, tokens.issue(account, List.of(scopes.split(",")), HOUR), null);
            }
            default -> refuse(exchange, Refusal.text(404, "The requested URL was not found"));
        }
    }

    private void grant(HttpExchange exchange, String token, @Nullable String type)
            throws IOException {
        JsonObject answer = new JsonObject();
        answer.addProperty("access_token", token);
        answer.addProperty("expires_in", tokens.lifetime().toSeconds());
        answer.addProperty("token_type", "Bearer");
        if (type != null) {
            answer.addProperty("issued_token_type", type);
        }
        Exchanges.json(exchange, 200, answer);
    }

    private static @Nullable Map<String, String> form(HttpExchange exchange, String body) {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        return exchange.getRequestMethod().equals("POST")
                        && type != null
                        && type.startsWith("application/x-www-form-urlencoded")
                ? Exchanges.parameters(body)
                : null;
    }

    private static @Nullable JsonObject decoded(String part) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            return part.endsWith("=") ? null : parsed(new String(bytes, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable JsonObject parsed(String text) {
        try {
            JsonElement element = JsonParser.parseString(text);
            return element.isJsonObject() ? element.getAsJsonObject() : null;
        } catch (JsonParseException e) {
            return null;
        }
    }

    private static String text(JsonObject object, String name) {
        JsonElement element = object.get(name);
        return element == null || !element.isJsonPrimitive() ? "" : element.getAsString();
    }

    private static void refuse(HttpExchange exchange, Refusal with) throws IOException {
        with.headers().forEach(exchange.getResponseHeaders()::set);
        Exchanges.text(exchange, with.status(), with.type(), with.body());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
