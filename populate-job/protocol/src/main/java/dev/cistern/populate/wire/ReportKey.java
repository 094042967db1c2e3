package dev.cistern.populate.wire;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/// The key pair that [ReportToken]s are signed with, and the text of its public half in the Job's annotation.
public final class ReportKey {
    /// Annotation of a Job that holds the public half: base64 of its X.509 encoding.
    public static final String ANNOTATION = "cistern.dev/report-key";

    private ReportKey() {}

    /// A new pair.
    public static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", e);
        }
    }

    /// The annotation's value for a public key.
    public static String encode(PublicKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    /// The public key of an annotation's value.
    ///
    /// @throws WireException when the text is not one
    public static PublicKey decode(String text) throws WireException {
        try {
            return KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(text)));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw new WireException(ANNOTATION + ": not a base64 X.509 Ed25519 public key");
        }
    }
}
