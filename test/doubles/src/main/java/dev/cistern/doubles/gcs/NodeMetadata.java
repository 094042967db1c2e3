package dev.cistern.doubles.gcs;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import dev.cistern.doubles.gcs.TokenServices.Refusal;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The metadata server of a node.
final class NodeMetadata {
    private static final String TOKEN =
            "/computeMetadata/v1/instance/service-accounts/default/token";

    private final AccessTokens tokens;
    private volatile @Nullable String nodeAccount;

    NodeMetadata(AccessTokens tokens) {
        this.tokens = tokens;
    }

    void account(@Nullable String account) {
        nodeAccount = account;
    }

    void answer(HttpExchange exchange, String path) throws IOException {
        if (!"Google".equals(exchange.getRequestHeaders().getFirst("Metadata-Flavor"))) {
            TokenAnswers.refuse(
                    exchange, Refusal.text(403, "Missing Metadata-Flavor:Google header."));
            return;
        }
        exchange.getResponseHeaders().set("Metadata-Flavor", "Google");
        String account = nodeAccount;
        if (account == null || !exchange.getRequestMethod().equals("GET")) {
            TokenAnswers.refuse(exchange, Refusal.text(404, "The requested URL was not found"));
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
            case TOKEN -> {
                String scopes =
                        Exchanges.query(exchange).getOrDefault("scopes", AccessTokens.READ_SCOPE);
                TokenAnswers.grant(
                        exchange,
                        tokens,
                        tokens.issue(account, List.of(scopes.split(",")), TokenAnswers.HOUR),
                        null);
            }
            default ->
                    TokenAnswers.refuse(
                            exchange, Refusal.text(404, "The requested URL was not found"));
        }
    }
}
