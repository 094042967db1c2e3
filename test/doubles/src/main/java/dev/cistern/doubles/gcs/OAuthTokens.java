package dev.cistern.doubles.gcs;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import dev.cistern.doubles.gcs.TokenServices.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The OAuth token endpoint: assertions of service account keys, and refresh tokens of persons.
final class OAuthTokens {
    private static final String BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    /// Independent of `token_uri`: a constant in Google's clients.
    private static final String AUDIENCE = "https://oauth2.googleapis.com/token";

    private final AccessTokens tokens;
    private final Map<String, ServiceAccountKey> keys = new ConcurrentHashMap<>();
    private final Map<String, String> users = new ConcurrentHashMap<>();

    OAuthTokens(AccessTokens tokens) {
        this.tokens = tokens;
    }

    void accepts(ServiceAccountKey key) {
        keys.put(key.id(), key);
    }

    void accepts(String refreshToken, String email) {
        users.put(refreshToken, email);
    }

    /// RFC 7523, Google's variant.
    void answer(HttpExchange exchange, String body) throws IOException {
        Map<String, String> form = TokenAnswers.form(exchange, body);
        if (form != null && "refresh_token".equals(form.get("grant_type"))) {
            refresh(exchange, form);
            return;
        }
        if (form == null
                || !BEARER_GRANT.equals(form.get("grant_type"))
                || !form.keySet().equals(Set.of("grant_type", "assertion"))) {
            TokenAnswers.refuse(
                    exchange, Refusal.oauth(400, "unsupported_grant_type", "Invalid grant_type"));
            return;
        }
        String[] parts = form.getOrDefault("assertion", "").split("\\.", -1);
        JsonObject header = parts.length == 3 ? decoded(parts[0]) : null;
        JsonObject claims = parts.length == 3 ? decoded(parts[1]) : null;
        if (header == null || claims == null || !"RS256".equals(TokenAnswers.text(header, "alg"))) {
            TokenAnswers.refuse(exchange, Refusal.oauth(400, "invalid_grant", "Invalid JWT"));
            return;
        }
        ServiceAccountKey key = keys.get(TokenAnswers.text(header, "kid"));
        if (key == null || !key.email().equals(TokenAnswers.text(claims, "iss"))) {
            TokenAnswers.refuse(
                    exchange,
                    Refusal.oauth(400, "invalid_grant", "Invalid grant: account not found"));
            return;
        }
        if (!signed(key, parts)) {
            TokenAnswers.refuse(
                    exchange, Refusal.oauth(400, "invalid_grant", "Invalid JWT Signature."));
            return;
        }
        long issuedAt = claims.get("iat").getAsLong();
        long expires = claims.get("exp").getAsLong();
        long now = Instant.now().getEpochSecond();
        if (expires - issuedAt > 3600 || Math.abs(now - issuedAt) > 300 || expires < now) {
            TokenAnswers.refuse(
                    exchange,
                    Refusal.oauth(
                            400,
                            "invalid_grant",
                            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a"
                                    + " reasonable timeframe. Check your iat and exp values in the"
                                    + " JWT claim."));
            return;
        }
        String scope = TokenAnswers.text(claims, "scope");
        if (!AUDIENCE.equals(TokenAnswers.text(claims, "aud")) || scope.isEmpty()) {
            TokenAnswers.refuse(
                    exchange,
                    Refusal.oauth(
                            400, "invalid_scope", "Invalid OAuth scope or ID token audience"));
            return;
        }
        TokenAnswers.grant(
                exchange,
                tokens,
                tokens.issue(key.email(), List.of(scope.split(" ")), TokenAnswers.HOUR),
                null);
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

    /// The token of a user.
    private void refresh(HttpExchange exchange, Map<String, String> form) throws IOException {
        String email = users.get(form.getOrDefault("refresh_token", ""));
        if (!"client".equals(form.get("client_id"))
                || !"client-secret".equals(form.get("client_secret"))) {
            TokenAnswers.refuse(exchange, Refusal.oauth(401, "invalid_client", "Unauthorized"));
        } else if (email == null) {
            TokenAnswers.refuse(
                    exchange,
                    Refusal.oauth(400, "invalid_grant", "Token has been expired or revoked."));
        } else {
            TokenAnswers.grant(
                    exchange,
                    tokens,
                    tokens.issue(email, List.of(AccessTokens.PLATFORM_SCOPE), TokenAnswers.HOUR),
                    null);
        }
    }

    private static @Nullable JsonObject decoded(String part) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            return part.endsWith("=")
                    ? null
                    : TokenAnswers.parsed(new String(bytes, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
