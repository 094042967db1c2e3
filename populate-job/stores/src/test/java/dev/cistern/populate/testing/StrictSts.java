package dev.cistern.populate.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A token service with one role, one session name and one web identity token at a time; everything else is rejected.
///
/// It implements only `AssumeRoleWithWebIdentity`, sent as an unsigned form with exactly its parameters. The keys are
/// those of [FaultyS3]; their session tokens are `session-1`, `session-2` and so on.
public final class StrictSts implements AutoCloseable {
    private static final String VERSION = "2011-06-15";

    /// An error instead of keys.
    ///
    /// @param code null for a response that is not XML
    public record Refusal(int status, @Nullable String code) {}

    private final HttpServer server;
    private final String role;
    private final String session;
    private final List<Map<String, String>> asked = new CopyOnWriteArrayList<>();
    private volatile String token;
    private volatile Duration lifetime = Duration.ofHours(1);
    private volatile @Nullable Refusal refusal;
    private final Map<String, Instant> sessions = new ConcurrentHashMap<>();

    public StrictSts(String role, String session, String token) throws IOException {
        this.role = role;
        this.session = session;
        this.token = token;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", this::handle);
        server.start();
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// The parameters of all requests, successful or not.
    public List<Map<String, String>> asked() {
        return asked;
    }

    /// Whether this is an issued, unexpired session token.
    public boolean holds(String sessionToken) {
        Instant expires = sessions.get(sessionToken);
        return expires != null && Instant.now().isBefore(expires);
    }

    /// The only valid web identity token from now on.
    public void trusts(String webIdentityToken) {
        token = webIdentityToken;
    }

    /// Lifetime of keys issued from now on.
    public void lifetime(Duration duration) {
        lifetime = duration;
    }

    /// Answers all requests with this error from now on; null for none.
    public void refuses(@Nullable Refusal with) {
        refusal = with;
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> form = form(exchange);
            asked.add(form);
            Refusal told = refusal;
            Refusal found = told != null ? told : fault(exchange, form);
            if (found != null) {
                answer(exchange, found.status(), error(found.code()));
                return;
            }
            String given = "session-" + (sessions.size() + 1);
            Instant expires = Instant.now().plus(lifetime);
            sessions.put(given, expires);
            answer(exchange, 200, keys(given, expires));
        }
    }

    private static Map<String, String> form(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> form = new TreeMap<>();
        for (String pair : body.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            form.put(
                    parts[0],
                    parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return form;
    }

    private @Nullable Refusal fault(HttpExchange exchange, Map<String, String> form) {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (!exchange.getRequestMethod().equals("POST")
                || !exchange.getRequestURI().toString().equals("/")
                || type == null
                || !type.startsWith("application/x-www-form-urlencoded")
                || exchange.getRequestHeaders().containsKey("Authorization")
                || !"AssumeRoleWithWebIdentity".equals(form.remove("Action"))
                || !VERSION.equals(form.remove("Version"))) {
            return new Refusal(400, "InvalidAction");
        }
        if (!form.keySet()
                        .equals(
                                Map.of("RoleArn", 0, "RoleSessionName", 0, "WebIdentityToken", 0)
                                        .keySet())
                || !session.equals(form.get("RoleSessionName"))) {
            return new Refusal(400, "ValidationError");
        }
        if (!role.equals(form.get("RoleArn"))) {
            return new Refusal(403, "AccessDenied");
        }
        return token.equals(form.get("WebIdentityToken"))
                ? null
                : new Refusal(400, "InvalidIdentityToken");
    }

    private static String keys(String sessionToken, Instant expires) {
        return """
        <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <AssumeRoleWithWebIdentityResult>
            <Credentials>
              <AccessKeyId>%s</AccessKeyId>
              <SecretAccessKey>%s</SecretAccessKey>
              <SessionToken>%s</SessionToken>
              <Expiration>%s</Expiration>
            </Credentials>
          </AssumeRoleWithWebIdentityResult>
        </AssumeRoleWithWebIdentityResponse>
        """
                .formatted(FaultyS3.KEY_ID, FaultyS3.SECRET, sessionToken, expires);
    }

    private static String error(@Nullable String code) {
        return code == null
                ? "Bad Request"
                : "<ErrorResponse><Error><Type>Sender</Type><Code>"
                        + code
                        + "</Code><Message>told to</Message></Error></ErrorResponse>";
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/xml");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
