package dev.cistern.populate.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;

/// What lets one attempt of one run report its progress, and nothing else.
///
/// The text is `base64url(payload) "." base64url(signature)`, signed with Ed25519.
///
/// @param uid of the PVC whose run it is
/// @param attempt from 1
/// @param expires the first moment, in whole seconds, at which it is no longer accepted
public record ReportToken(String uid, int attempt, Instant expires) {
    /// A payload is a UID and two numbers: well under 200 characters, and 88 for the signature.
    private static final int MAX_CHARS = 1024;

    private static final String ALGORITHM = "Ed25519";

    /// What became of a token that someone sent.
    public sealed interface Verification {
        /// Signed by the key, and not expired. Whether it is for the run in question is the caller's to compare.
        record Valid(ReportToken token) implements Verification {}

        /// Signed by the key, but too old.
        record Expired(ReportToken token) implements Verification {}

        /// Not a token, or not signed by the key; `why` says which, without repeating the text.
        record Forged(String why) implements Verification {}
    }

    /// The text of this token.
    ///
    /// @throws IllegalArgumentException when the key is not an Ed25519 private key
    public String sign(PrivateKey key) {
        String payload =
                WireWriter.object(
                        json -> {
                            json.writeStringField("uid", uid);
                            json.writeNumberField("attempt", attempt);
                            json.writeNumberField("exp", expires.getEpochSecond());
                        });
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(bytes);
            Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
            return encoder.encodeToString(bytes) + "." + encoder.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an Ed25519 private key", e);
        }
    }

    /// Judges a text that someone sent as a token. Nothing of it is read before its signature holds.
    public static Verification verify(String text, PublicKey key, Clock clock) {
        int dot = text.indexOf('.');
        if (dot < 0 || text.length() > MAX_CHARS) {
            return new Verification.Forged("not of the form payload.signature");
        }
        byte[] payload;
        try {
            payload = Base64.getUrlDecoder().decode(text.substring(0, dot));
            byte[] signed = Base64.getUrlDecoder().decode(text.substring(dot + 1));
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(payload);
            if (!signature.verify(signed)) {
                return new Verification.Forged("signature does not match");
            }
        } catch (IllegalArgumentException e) {
            return new Verification.Forged("not base64url");
        } catch (GeneralSecurityException e) {
            return new Verification.Forged("signature cannot be checked");
        }
        try {
            WireReader in = WireReader.parse("token", new String(payload, StandardCharsets.UTF_8));
            in.onlyKnown("uid", "attempt", "exp");
            ReportToken token =
                    new ReportToken(
                            in.text("uid"),
                            (int) in.number("attempt", 1, Integer.MAX_VALUE),
                            Instant.ofEpochSecond(
                                    in.number("exp", 0, Instant.MAX.getEpochSecond())));
            return clock.instant().isBefore(token.expires)
                    ? new Verification.Valid(token)
                    : new Verification.Expired(token);
        } catch (WireException e) {
            return new Verification.Forged(String.valueOf(e.getMessage()));
        }
    }
}
