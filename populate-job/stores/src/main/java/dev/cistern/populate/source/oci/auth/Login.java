package dev.cistern.populate.source.oci.auth;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Credentials for a registry. One is used: the registry token, else the identity token, else name and password.
///
/// @param username empty where there is none
/// @param identityToken refresh token for the token service; null where there is none
/// @param registryToken bearer token for the registry; null where there is none
public record Login(
        String username,
        String password,
        @Nullable String identityToken,
        @Nullable String registryToken) {
    /// The user name of an entry whose password is an identity token, as Docker's credential helpers write it.
    private static final String TOKEN_USER = "<token>";

    /// A name and a password.
    public static Login of(String username, String password) {
        return username.equals(TOKEN_USER)
                ? new Login("", "", password, null)
                : new Login(username, password, null, null);
    }

    /// A registry token.
    public static Login ofToken(String token) {
        return new Login("", "", null, token);
    }

    /// Whether there is a name and a password.
    boolean hasPassword() {
        return !username.isEmpty();
    }

    /// The header's value for name and password.
    String basic() {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString(
                                (username + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /// No secret is shown.
    @Override
    public String toString() {
        return "login of " + (username.isEmpty() ? "a token" : username);
    }
}
