package dev.cistern.doubles.azure;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The services that give access tokens for Azure Storage: Microsoft Entra ID's token endpoint, for applications with a
/// client secret and for identities that trust a cluster, and the instance metadata service of a machine.
public final class EntraServices implements AutoCloseable {
    public static final String TENANT = "11111111-2222-3333-4444-555555555555";

    private static final String JWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static final String SCOPE = "https://storage.azure.com/.default";
    private static final Set<String> RESOURCES =
            Set.of("https://storage.azure.com", "https://storage.azure.com/");
    private static final String METADATA = "/metadata/identity/oauth2/token";

    /// Parameters that say which client asks, and decide nothing.
    private static final Set<String> TELEMETRY =
            Set.of("client_info", "x-client-SKU", "x-client-VER");

    /// An error as these services word it.
    ///
    /// @param seconds of `Retry-After`; 0 for none
    public record Refusal(int status, String error, String description, int seconds) {}

    private final EntraTokens tokens;
    private final HttpServer server;
    private final Map<String, String> secrets = new ConcurrentHashMap<>();
    private final Map<String, Predicate<String>> federated = new ConcurrentHashMap<>();
    private final Map<String, String> assigned = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile @Nullable String systemAssigned;
    private volatile @Nullable Refusal refusal;

    public EntraServices(EntraTokens tokens) throws IOException {
        this(tokens, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    public EntraServices(EntraTokens tokens, InetSocketAddress address) throws IOException {
        this.tokens = tokens;
        server = HttpServer.create(address, 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /// The authority host, and the address of the metadata service.
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// An application with a client secret; its tokens are its own.
    public void application(String clientId, String secret) {
        secrets.put(clientId, secret);
    }

    /// An identity with a federated credential, and the tokens that it takes.
    public void trusts(String clientId, Predicate<String> assertion) {
        federated.put(clientId, assertion);
    }

    /// The machine's own identity; null for none.
    public void systemAssigned(@Nullable String principal) {
        systemAssigned = principal;
    }

    /// An identity that is assigned to the machine.
    public void userAssigned(String clientId, String principal) {
        assigned.put(clientId, principal);
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
            String body =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Refusal told = refusal;
            if (told != null) {
                refuse(exchange, told);
            } else if (path.equals(METADATA)) {
                metadata(exchange);
            } else if (path.matches("/[^/]+/oauth2/v2\\.0/token")) {
                token(exchange, path.substring(1, path.indexOf('/', 1)), body);
            } else {
                refuse(exchange, new Refusal(404, "not_found", "no such path", 0));
            }
        }
    }

    private void token(HttpExchange exchange, String tenant, String body) throws IOException {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (!exchange.getRequestMethod().equals("POST")
                || type == null
                || !type.startsWith("application/x-www-form-urlencoded")) {
            aad(exchange, 400, "invalid_request", 900144, "The request body must contain a form.");
            return;
        }
        Map<String, String> form = Parameters.of(body);
        form.keySet().removeAll(TELEMETRY);
        if (!tenant.equals(TENANT)) {
            aad(exchange, 400, "invalid_request", 90002, "Tenant '" + tenant + "' not found.");
            return;
        }
        boolean assertion = form.containsKey("client_assertion");
        Set<String> expected =
                assertion
                        ? Set.of(
                                "grant_type",
                                "client_id",
                                "client_assertion_type",
                                "client_assertion",
                                "scope")
                        : Set.of("grant_type", "client_id", "client_secret", "scope");
        if (!form.keySet().equals(expected)
                || !"client_credentials".equals(form.get("grant_type"))
                || (assertion && !JWT.equals(form.get("client_assertion_type")))) {
            aad(exchange, 400, "invalid_request", 900144, "Wrong parameters: " + form.keySet());
            return;
        }
        // Official clients add what OpenID wants to every scope that they ask for.
        if (!Set.of(form.getOrDefault("scope", "").split(" ")).contains(SCOPE)) {
            aad(
                    exchange,
                    400,
                    "invalid_scope",
                    70011,
                    "The provided value for scope is not valid.");
            return;
        }
        String client = form.getOrDefault("client_id", "");
        if (assertion) {
            byAssertion(exchange, client, form.getOrDefault("client_assertion", ""));
        } else {
            bySecret(exchange, client, form.getOrDefault("client_secret", ""));
        }
    }

    private void bySecret(HttpExchange exchange, String client, String secret) throws IOException {
        String right = secrets.get(client);
        if (right == null) {
            unknown(exchange, client);
        } else if (!right.equals(secret)) {
            aad(
                    exchange,
                    401,
                    "invalid_client",
                    7000215,
                    "Invalid client secret provided. Ensure the secret being sent in the request is"
                            + " the client secret value, not the client secret ID, for a secret"
                            + " added to app '"
                            + client
                            + "'.");
        } else {
            grant(exchange, client);
        }
    }

    private void byAssertion(HttpExchange exchange, String client, String assertion)
            throws IOException {
        Predicate<String> trust = federated.get(client);
        if (trust == null) {
            unknown(exchange, client);
        } else if (!trust.test(assertion)) {
            aad(
                    exchange,
                    400,
                    "invalid_request",
                    700213,
                    "No matching federated identity record found for presented assertion subject.");
        } else {
            grant(exchange, client);
        }
    }

    private static void unknown(HttpExchange exchange, String client) throws IOException {
        aad(
                exchange,
                400,
                "unauthorized_client",
                700016,
                "Application with identifier '" + client + "' was not found in the directory.");
    }

    private void metadata(HttpExchange exchange) throws IOException {
        Map<String, String> query = Parameters.of(exchange.getRequestURI().getRawQuery());
        if (!"true".equals(exchange.getRequestHeaders().getFirst("Metadata"))
                || exchange.getRequestHeaders().containsKey("X-Forwarded-For")) {
            refuse(
                    exchange,
                    new Refusal(
                            400, "bad_request_102", "Required metadata header not specified", 0));
            return;
        }
        if (!exchange.getRequestMethod().equals("GET")
                || !"2018-02-01".equals(query.get("api-version"))
                || !RESOURCES.contains(query.getOrDefault("resource", ""))) {
            refuse(
                    exchange,
                    new Refusal(400, "invalid_resource", "AADSTS500011: no such resource", 0));
            return;
        }
        String client = query.get("client_id");
        String principal = client == null ? only() : assigned.get(client);
        if (principal == null) {
            refuse(exchange, new Refusal(400, "invalid_request", "Identity not found", 0));
            return;
        }
        JsonObject answer = new JsonObject();
        answer.addProperty("access_token", tokens.issue(principal));
        // Texts, as the real one has them.
        answer.addProperty("expires_in", String.valueOf(tokens.lifetime().toSeconds()));
        answer.addProperty(
                "expires_on",
                String.valueOf(Instant.now().plus(tokens.lifetime()).getEpochSecond()));
        answer.addProperty("resource", "https://storage.azure.com/");
        answer.addProperty("token_type", "Bearer");
        send(exchange, 200, answer);
    }

    /// The machine's own identity, or else the only one that is assigned to it.
    private @Nullable String only() {
        String own = systemAssigned;
        return own != null || assigned.size() != 1 ? own : assigned.values().iterator().next();
    }

    private void grant(HttpExchange exchange, String principal) throws IOException {
        JsonObject answer = new JsonObject();
        answer.addProperty("token_type", "Bearer");
        answer.addProperty("expires_in", tokens.lifetime().toSeconds());
        answer.addProperty("ext_expires_in", tokens.lifetime().toSeconds());
        answer.addProperty("access_token", tokens.issue(principal));
        send(exchange, 200, answer);
    }

    private static void aad(
            HttpExchange exchange, int status, String error, int code, String description)
            throws IOException {
        JsonObject answer = new JsonObject();
        answer.addProperty("error", error);
        answer.addProperty(
                "error_description",
                "AADSTS"
                        + code
                        + ": "
                        + description
                        + " Trace ID: 0 Correlation ID: 0 Timestamp: 2026-01-01 00:00:00Z");
        JsonArray codes = new JsonArray();
        codes.add(code);
        answer.add("error_codes", codes);
        send(exchange, status, answer);
    }

    private static void refuse(HttpExchange exchange, Refusal with) throws IOException {
        if (with.seconds > 0) {
            exchange.getResponseHeaders().set("Retry-After", String.valueOf(with.seconds));
        }
        JsonObject answer = new JsonObject();
        answer.addProperty("error", with.error);
        answer.addProperty("error_description", with.description);
        send(exchange, with.status, answer);
    }

    private static void send(HttpExchange exchange, int status, JsonObject document)
            throws IOException {
        byte[] bytes = document.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
