package dev.cistern.doubles.gcs;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The services that issue access tokens: the OAuth token endpoint (assertions of service account keys), the Security
/// Token Service (workload identity federation), the IAM Service Account Credentials API (impersonation), and the
/// metadata server of a node.
///
/// They accept only documented requests and use the error messages of the real services.
public final class TokenServices implements AutoCloseable {
    /// An error response instead of the normal one.
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

    private final HttpServer server;
    private final OAuthTokens oauth;
    private final TokenExchange exchanges;
    private final Impersonation impersonation;
    private final NodeMetadata metadata;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile @Nullable Refusal refusal;

    public TokenServices(AccessTokens tokens) throws IOException {
        this(tokens, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    public TokenServices(AccessTokens tokens, InetSocketAddress address) throws IOException {
        oauth = new OAuthTokens(tokens);
        exchanges = new TokenExchange(tokens);
        impersonation = new Impersonation(tokens);
        metadata = new NodeMetadata(tokens);
        server = HttpServer.create(address, 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// The `token_uri` of service account key files.
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

    /// Adds a service account with a key.
    public void accepts(ServiceAccountKey key) {
        oauth.accepts(key);
    }

    /// Adds a logged-in user with a refresh token.
    public void accepts(String refreshToken, String email) {
        oauth.accepts(refreshToken, email);
    }

    /// Adds a workload identity provider, `projects/…/providers/NAME`, and the subject tokens that it accepts.
    public void trusts(String provider, Predicate<String> subjectToken) {
        exchanges.trusts(provider, subjectToken);
    }

    /// Allows one principal to impersonate a service account.
    public void mayImpersonate(String principal, String account) {
        impersonation.allow(principal, account);
    }

    /// Allows all principals of workload identity providers to impersonate a service account.
    public void anyFederatedMayImpersonate(String account) {
        mayImpersonate(Impersonation.ANY_FEDERATED, account);
    }

    /// The service account of the node's pods; null for none.
    public void nodeAccount(@Nullable String account) {
        metadata.account(account);
    }

    /// Answers all requests with this error from now on; null for none.
    public void refuses(@Nullable Refusal with) {
        refusal = with;
    }

    /// The paths of all requests, successful or not.
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
                TokenAnswers.refuse(exchange, told);
                return;
            }
            if (path.equals("/token")) {
                oauth.answer(exchange, body);
            } else if (path.equals("/v1/token")) {
                exchanges.answer(exchange, body);
            } else if (path.startsWith(Impersonation.PATH)) {
                impersonation.answer(exchange, path, body);
            } else if (path.startsWith("/computeMetadata/")) {
                metadata.answer(exchange, path);
            } else {
                TokenAnswers.refuse(exchange, Refusal.text(404, "The requested URL was not found"));
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
