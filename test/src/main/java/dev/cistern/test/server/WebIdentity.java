package dev.cistern.test.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/// Checks a Kubernetes ServiceAccount token like a cloud's STS: signature by the cluster's published keys, issuer,
/// audience, subject, time.
final class WebIdentity {
    private static final ObjectMapper JSON = new ObjectMapper();

    private WebIdentity() {}

    /// Trust policy of a role.
    ///
    /// @param issuer the cluster's `iss`
    /// @param audience one of the token's `aud`
    /// @param subject `system:serviceaccount:NAMESPACE:NAME`
    /// @param jwks the cluster's keys, as `/openid/v1/jwks` gives them
    record Trust(String issuer, String audience, String subject, String jwks) {}

    /// @return why the token is refused; empty if it is valid
    static Optional<String> refusal(String token, Trust trust, Instant now) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.of("not a JWT");
        }
        try {
            JsonNode header = json(parts[0]);
            JsonNode claims = json(parts[1]);
            if (!header.path("alg").asText().equals("RS256")) {
                return Optional.of("algorithm " + header.path("alg").asText() + " is not RS256");
            }
            Optional<RSAPublicKey> key = key(trust.jwks(), header.path("kid").asText());
            if (key.isEmpty()) {
                return Optional.of("no such key: " + header.path("kid").asText());
            }
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(key.get());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            if (!signature.verify(Base64.getUrlDecoder().decode(parts[2]))) {
                return Optional.of("the signature is wrong");
            }
            return refusal(claims, trust, now);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            return Optional.of("malformed: " + e.getMessage());
        }
    }

    private static Optional<String> refusal(JsonNode claims, Trust trust, Instant now) {
        if (!claims.path("iss").asText().equals(trust.issuer())) {
            return Optional.of("issuer " + claims.path("iss").asText() + " is not trusted");
        }
        boolean audience = false;
        for (JsonNode one :
                claims.path("aud").isArray()
                        ? claims.path("aud")
                        : JSON.createArrayNode().add(claims.path("aud"))) {
            audience |= one.asText().equals(trust.audience());
        }
        if (!audience) {
            return Optional.of("audience " + claims.path("aud") + " is not " + trust.audience());
        }
        if (!claims.path("sub").asText().equals(trust.subject())) {
            return Optional.of(
                    "subject " + claims.path("sub").asText() + " may not assume this role");
        }
        if (claims.path("exp").asLong() <= now.getEpochSecond()) {
            return Optional.of("expired");
        }
        if (claims.path("nbf").asLong() > now.getEpochSecond() + 5) {
            return Optional.of("not valid yet");
        }
        return Optional.empty();
    }

    private static JsonNode json(String base64) throws IOException {
        return JSON.readTree(Base64.getUrlDecoder().decode(base64));
    }

    private static Optional<RSAPublicKey> key(String jwks, String id)
            throws IOException, GeneralSecurityException {
        for (JsonNode key : JSON.readTree(jwks).path("keys")) {
            if (key.path("kid").asText().equals(id) && key.path("kty").asText().equals("RSA")) {
                var spec =
                        new RSAPublicKeySpec(
                                number(key.path("n").asText()), number(key.path("e").asText()));
                return Optional.of(
                        (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spec));
            }
        }
        return Optional.empty();
    }

    private static BigInteger number(String base64) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(base64));
    }
}
