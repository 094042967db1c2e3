package dev.cistern.populate.source.gcs.auth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cistern.populate.source.rest.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// A service account key, from its JSON file.
///
/// @param email of the account
/// @param id of the key; empty where the file has none
/// @param key for signatures
/// @param tokenUri token endpoint; null for Google's
record ServiceAccountKey(String email, String id, PrivateKey key, @Nullable String tokenUri) {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    /// Audience of every assertion, regardless of `token_uri`: a constant in Google's own clients, too.
    private static final String AUDIENCE = "https://oauth2.googleapis.com/token";

    /// Google's maximum.
    private static final long ASSERTION_SECONDS = 3600;

    /// Reads a key file.
    ///
    /// @throws IllegalArgumentException naming the invalid field, without any part of the key
    static ServiceAccountKey of(Json file) {
        return new ServiceAccountKey(
                required(file, "client_email"),
                file.get("private_key_id").text(""),
                key(required(file, "private_key")),
                file.get("token_uri").text());
    }

    private static String required(Json file, String name) {
        String value = file.get(name).text();
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("has no " + name);
        }
        return value;
    }

    private static PrivateKey key(String pem) {
        int begin = pem.indexOf(BEGIN);
        int end = pem.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("has a private_key that is not PEM (" + BEGIN + ")");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException("has a private_key that cannot be read", e);
        }
    }

    /// A signed assertion of the account's identity, for one token (RFC 7523).
    ///
    /// @param epochSecond current time
    String assertion(String scope, long epochSecond) {
        String content =
                part("alg", "RS256", "typ", "JWT", "kid", id)
                        + "."
                        + part(
                                "iss",
                                email,
                                "scope",
                                scope,
                                "aud",
                                AUDIENCE,
                                "iat",
                                epochSecond,
                                "exp",
                                epochSecond + ASSERTION_SECONDS);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + encoded(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an RSA key that cannot sign", e);
        }
    }

    private static String part(Object... members) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            for (int i = 0; i < members.length; i += 2) {
                json.writeFieldName((String) members[i]);
                if (members[i + 1] instanceof Long number) {
                    json.writeNumber(number);
                } else {
                    json.writeString((String) members[i + 1]);
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return encoded(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "key " + id + " of " + email;
    }
}
