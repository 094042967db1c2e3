package dev.cistern.doubles.gcs;

import com.google.gson.JsonObject;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// A key of a service account, of this test alone.
///
/// @param email of the account
/// @param id of the key
public record ServiceAccountKey(String email, String id, KeyPair pair) {
    /// A new key.
    public static ServiceAccountKey of(String email) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            KeyPair pair = generator.generateKeyPair();
            return new ServiceAccountKey(
                    email, Integer.toHexString(pair.getPublic().hashCode()), pair);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The key file, as Google's console gives it.
    public String file(String tokenUri) {
        String pem =
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(pair.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n";
        JsonObject file = new JsonObject();
        file.addProperty("type", "service_account");
        file.addProperty("project_id", "test-project");
        file.addProperty("private_key_id", id);
        file.addProperty("private_key", pem);
        file.addProperty("client_email", email);
        file.addProperty("client_id", "123456789012345678901");
        file.addProperty("auth_uri", "https://accounts.google.com/o/oauth2/auth");
        file.addProperty("token_uri", tokenUri);
        file.addProperty("universe_domain", "googleapis.com");
        return file.toString();
    }
}
