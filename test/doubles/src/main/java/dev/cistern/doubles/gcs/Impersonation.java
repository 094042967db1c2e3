package dev.cistern.doubles.gcs;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import dev.cistern.doubles.gcs.AccessTokens.Grant;
import dev.cistern.doubles.gcs.TokenServices.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The IAM Service Account Credentials API.
final class Impersonation {
    /// Where it is, up to the account.
    static final String PATH = "/v1/projects/-/serviceAccounts/";

    /// Whoever a workload identity provider vouches for.
    static final String ANY_FEDERATED = "principalSet:*";

    private final AccessTokens tokens;
    private final Map<String, Set<String>> impersonators = new ConcurrentHashMap<>();

    Impersonation(AccessTokens tokens) {
        this.tokens = tokens;
    }

    void allow(String principal, String account) {
        impersonators.computeIfAbsent(account, a -> ConcurrentHashMap.newKeySet()).add(principal);
    }

    void answer(HttpExchange exchange, String path, String body) throws IOException {
        String rest = path.substring(PATH.length());
        Grant caller = tokens.of(exchange.getRequestHeaders().getFirst("Authorization"));
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (!rest.endsWith(":generateAccessToken")
                || !exchange.getRequestMethod().equals("POST")
                || type == null
                || !type.startsWith("application/json")) {
            TokenAnswers.refuse(exchange, Refusal.text(404, "The requested URL was not found"));
            return;
        }
        if (caller == null) {
            TokenAnswers.refuse(
                    exchange,
                    Refusal.api(
                            401,
                            "UNAUTHENTICATED",
                            "Request had invalid authentication credentials."));
            return;
        }
        if (!caller.callsPlatform()) {
            TokenAnswers.refuse(
                    exchange,
                    Refusal.api(
                            403,
                            "PERMISSION_DENIED",
                            "Request had insufficient authentication scopes."));
            return;
        }
        String account = rest.substring(0, rest.length() - ":generateAccessToken".length());
        Set<String> allowed = impersonators.getOrDefault(account, Set.of());
        boolean federated = caller.principal().startsWith(TokenExchange.FEDERATED);
        if (!allowed.contains(caller.principal())
                && !(federated && allowed.contains(ANY_FEDERATED))) {
            TokenAnswers.refuse(
                    exchange,
                    Refusal.api(
                            403,
                            "PERMISSION_DENIED",
                            "Permission 'iam.serviceAccounts.getAccessToken' denied on resource"
                                    + " (or it may not exist)."));
            return;
        }
        JsonObject request = TokenAnswers.parsed(body);
        List<String> scopes = new ArrayList<>();
        if (request != null && request.has("scope")) {
            request.getAsJsonArray("scope").forEach(s -> scopes.add(s.getAsString()));
        }
        String lifetime = request == null ? "" : TokenAnswers.text(request, "lifetime");
        if (scopes.isEmpty() || !lifetime.matches("[0-9]{1,4}s")) {
            TokenAnswers.refuse(
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
}
