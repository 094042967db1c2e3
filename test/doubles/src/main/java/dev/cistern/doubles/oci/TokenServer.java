package dev.cistern.doubles.oci;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The token service of [StrictRegistry] (Distribution's "Token Authentication Specification"): users by name and
/// password with `GET`, and by an identity token with `POST`. It gives a token to whoever asks, as the real ones do;
/// what it is good for depends on who asks.
public final class TokenServer implements AutoCloseable {
    /// What challenges have as `service`.
    public static final String SERVICE = "registry.test";

    private static final Set<String> PARAMETERS =
            Set.of("service", "scope", "account", "client_id", "offline_token");

    /// What a token is good for.
    ///
    /// @param user empty for nobody in particular
    /// @param scopes such as `repository:models/llama:pull`
    /// @param untilMillis when it stops being good
    record Grant(String user, List<String> scopes, long untilMillis) {}

    /// What was asked.
    ///
    /// @param user empty for nobody in particular
    /// @param parameters of the query, or of the form; of one that came twice the first
    public record Asked(String method, String user, Map<String, String> parameters) {}

    private final HttpServer server;
    private final Map<String, String> users = new ConcurrentHashMap<>();
    private final Map<String, String> identities = new ConcurrentHashMap<>();
    private final Map<String, Grant> grants = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger issued = new AtomicInteger();
    private volatile long lifeMillis = 60_000;
    private volatile boolean lifeTold = true;
    private volatile String tokenField = "token";
    private volatile @Nullable Fault fault;

    TokenServer(InetSocketAddress address) throws IOException {
        server = HttpServer.create(address, 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /// The URL that challenges name.
    public String realm() {
        return "http://"
                + server.getAddress().getAddress().getHostAddress()
                + ":"
                + server.getAddress().getPort()
                + "/token";
    }

    /// A user; a password that is set again replaces the one before.
    public void user(String name, String password) {
        users.put(name, password);
    }

    /// An identity token that stands for a user.
    public void identity(String token, String user) {
        identities.put(token, user);
    }

    /// How long the tokens are good that are given from now on, and whether answers say so; without, a minute is what
    /// clients have to take.
    public void life(long millis, boolean told) {
        lifeMillis = millis;
        lifeTold = told;
    }

    /// What the token is called in answers: `token`, or `access_token` with services of OAuth2.
    public void tokenField(String name) {
        tokenField = name;
    }

    /// Answers everything with this from now on; null ends it.
    public void fails(@Nullable Fault with) {
        fault = with;
    }

    /// No token that was given is good any more.
    public void revokeAll() {
        grants.clear();
    }

    public List<Asked> asked() {
        return asked;
    }

    @Nullable Grant grant(String token) {
        Grant grant = grants.get(token);
        return grant == null || grant.untilMillis < System.currentTimeMillis() ? null : grant;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Answer answer;
            try {
                answer = answer(exchange, body);
            } catch (IllegalArgumentException e) {
                answer = Answer.error(400, "BAD_REQUEST", String.valueOf(e.getMessage()));
            }
            answer.send(exchange);
        }
    }

    private Answer answer(HttpExchange exchange, String body) {
        if (!exchange.getRequestURI().getPath().equals("/token")) {
            return Answer.error(404, "NOT_FOUND", "page not found");
        }
        boolean get = exchange.getRequestMethod().equals("GET");
        String query = exchange.getRequestURI().getRawQuery();
        List<String> scopes = new ArrayList<>();
        Map<String, String> parameters =
                parameters(get ? query == null ? "" : query : body, scopes);
        String user = get ? basic(exchange, parameters) : identity(exchange, parameters);
        asked.add(new Asked(exchange.getRequestMethod(), user == null ? "?" : user, parameters));
        Fault now = fault;
        if (now != null) {
            return Answer.of(200, Map.of(), new byte[0]).spoiled(now);
        }
        if (user == null) {
            return Answer.error(401, "UNAUTHORIZED", "incorrect username or password");
        }
        if (!SERVICE.equals(parameters.get("service"))) {
            throw new IllegalArgumentException("service is " + parameters.get("service"));
        }
        String token = "t" + issued.incrementAndGet() + "." + Integer.toHexString(user.hashCode());
        grants.put(token, new Grant(user, scopes, System.currentTimeMillis() + lifeMillis));
        JsonObject document = new JsonObject();
        document.addProperty(tokenField, token);
        if (lifeTold) {
            document.addProperty("expires_in", lifeMillis / 1000);
        }
        return Answer.json(200, document);
    }

    /// The user of name and password; empty for nobody in particular, null for somebody who is not known.
    private @Nullable String basic(HttpExchange exchange, Map<String, String> parameters) {
        for (String name : parameters.keySet()) {
            if (!PARAMETERS.contains(name)) {
                throw new IllegalArgumentException("parameter " + name);
            }
        }
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization == null) {
            return "";
        }
        if (!authorization.startsWith("Basic ")) {
            throw new IllegalArgumentException("authorization is not Basic");
        }
        String both =
                new String(
                        Base64.getDecoder().decode(authorization.substring(6)),
                        StandardCharsets.UTF_8);
        int colon = both.indexOf(':');
        String user = both.substring(0, colon);
        String account = parameters.get("account");
        if (account != null && !account.equals(user)) {
            throw new IllegalArgumentException("account is not the user");
        }
        return both.substring(colon + 1).equals(users.get(user)) ? user : null;
    }

    private @Nullable String identity(HttpExchange exchange, Map<String, String> form) {
        if (!exchange.getRequestMethod().equals("POST")
                || exchange.getRequestHeaders().containsKey("Authorization")
                || !"application/x-www-form-urlencoded"
                        .equals(exchange.getRequestHeaders().getFirst("Content-Type"))
                || !"refresh_token".equals(form.get("grant_type"))
                || form.getOrDefault("client_id", "").isEmpty()) {
            throw new IllegalArgumentException("not a request for a refresh token's access token");
        }
        return identities.get(form.getOrDefault("refresh_token", ""));
    }

    private static Map<String, String> parameters(String text, List<String> scopes) {
        Map<String, String> all = new TreeMap<>();
        for (String pair : text.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            String[] parts = pair.split("=", 2);
            String name = URLDecoder.decode(parts[0], StandardCharsets.UTF_8);
            String value =
                    parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
            if (name.equals("scope")) {
                scopes.addAll(List.of(value.split(" ", -1)));
            } else if (all.containsKey(name)) {
                throw new IllegalArgumentException("parameter twice: " + name);
            }
            all.putIfAbsent(name, value);
        }
        return all;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
