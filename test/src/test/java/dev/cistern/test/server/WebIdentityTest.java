package dev.cistern.test.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class WebIdentityTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String GOOD =
            """
            {"iss":"https://cluster","aud":["sts.amazonaws.com"],"sub":"system:serviceaccount:a:b","nbf":%d,"exp":%d}\
            """
                    .formatted(NOW.getEpochSecond() - 10, NOW.getEpochSecond() + 10);

    private static KeyPair keys;
    private static WebIdentity.Trust trust;

    @BeforeAll
    static void makeKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        keys = generator.generateKeyPair();
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        trust =
                new WebIdentity.Trust(
                        "https://cluster",
                        "sts.amazonaws.com",
                        "system:serviceaccount:a:b",
                        "{\"keys\":[{\"kid\":\"k1\",\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}]}"
                                .formatted(
                                        url(key.getModulus().toByteArray()),
                                        url(key.getPublicExponent().toByteArray())));
    }

    @Test
    void aTokenForThisRoleIsTaken() throws GeneralSecurityException {
        assertThat(WebIdentity.refusal(token("RS256", "k1", GOOD), trust, NOW)).isEmpty();
    }

    @Test
    void everythingElseIsRefusedWithItsReason() throws GeneralSecurityException {
        refused(GOOD.replace("https://cluster", "https://other"), "issuer");
        refused(GOOD.replace("sts.amazonaws.com", "kubernetes"), "audience");
        refused(GOOD.replace("a:b", "a:c"), "subject");
        refused(GOOD.replaceAll("\"exp\":\\d+", "\"exp\":" + NOW.getEpochSecond()), "expired");
        refused(
                GOOD.replaceAll("\"nbf\":\\d+", "\"nbf\":" + (NOW.getEpochSecond() + 60)),
                "not valid yet");
        assertThat(WebIdentity.refusal(token("none", "k1", GOOD), trust, NOW)).isPresent();
        assertThat(WebIdentity.refusal(token("RS256", "k2", GOOD), trust, NOW)).isPresent();
        String token = token("RS256", "k1", GOOD);
        String[] parts = token.split("\\.");
        String other =
                parts[0]
                        + "."
                        + url(GOOD.replace("a:b", "a:x").getBytes(StandardCharsets.UTF_8))
                        + "."
                        + parts[2];
        assertThat(WebIdentity.refusal(other, trust, NOW).orElse("")).contains("signature");
        assertThat(WebIdentity.refusal("rubbish", trust, NOW)).isPresent();
        assertThat(WebIdentity.refusal("a.b.c", trust, NOW)).isPresent();
    }

    private static void refused(String claims, String why) throws GeneralSecurityException {
        assertThat(WebIdentity.refusal(token("RS256", "k1", claims), trust, NOW).orElse(""))
                .contains(why);
    }

    private static String token(String algorithm, String key, String claims)
            throws GeneralSecurityException {
        String signed =
                url(
                                "{\"alg\":\"%s\",\"kid\":\"%s\"}"
                                        .formatted(algorithm, key)
                                        .getBytes(StandardCharsets.UTF_8))
                        + "."
                        + url(claims.getBytes(StandardCharsets.UTF_8));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + url(signature.sign());
    }

    private static String url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
