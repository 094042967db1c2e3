package dev.cistern.doubles.gcs;

import com.sun.net.httpserver.HttpExchange;
import dev.cistern.doubles.gcs.TokenServices.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/// The Security Token Service: RFC 8693, as Google has it.
final class TokenExchange {
    /// What the principals are called that it gives tokens to.
    static final String FEDERATED = "principal:";

    private static final String EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String JWT = "urn:ietf:params:oauth:token-type:jwt";

    private final AccessTokens tokens;
    private final Map<String, Predicate<String>> providers = new ConcurrentHashMap<>();

    TokenExchange(AccessTokens tokens) {
        this.tokens = tokens;
    }

    void trusts(String provider, Predicate<String> subjectToken) {
        providers.put("//iam.googleapis.com/" + provider, subjectToken);
    }

    void answer(HttpExchange exchange, String body) throws IOException {
        Map<String, String> form = TokenAnswers.form(exchange, body);
        if (form == null
                || !EXCHANGE_GRANT.equals(form.get("grant_type"))
                || !ACCESS_TOKEN.equals(form.get("requested_token_type"))
                || !JWT.equals(form.get("subject_token_type"))
                || !form.containsKey("scope")) {
            TokenAnswers.refuse(
                    exchange, Refusal.oauth(400, "invalid_request", "Invalid value for a field"));
            return;
        }
        Predicate<String> provider = providers.get(form.getOrDefault("audience", ""));
        if (provider == null) {
            TokenAnswers.refuse(
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
            TokenAnswers.refuse(
                    exchange,
                    Refusal.oauth(
                            400,
                            "invalid_grant",
                            "The audience in ID Token does not match the expected audience."));
            return;
        }
        TokenAnswers.grant(
                exchange,
                tokens,
                tokens.issue(
                        FEDERATED + subject,
                        List.of(form.get("scope").split(" ")),
                        TokenAnswers.HOUR),
                ACCESS_TOKEN);
    }
}
