package dev.cistern.populate.source.oss.auth;

import dev.cistern.populate.source.rest.Expiring;
import org.jspecify.annotations.Nullable;

/// What requests are signed with.
///
/// @param id of the key
/// @param secret of the key
/// @param securityToken goes with temporary keys; null for others
/// @param issuedMillis when they were asked for, by the Unix clock in milliseconds; 0 for those that were given
/// @param expiresMillis when they stop being good; [Long#MAX_VALUE] where nobody says
public record OssKeys(
        String id,
        String secret,
        @Nullable String securityToken,
        long issuedMillis,
        long expiresMillis)
        implements Expiring {

    /// Keys that were given.
    static OssKeys given(String id, String secret, @Nullable String securityToken) {
        return new OssKeys(id, secret, securityToken, 0, Long.MAX_VALUE);
    }

    @Override
    public String toString() {
        return "OssKeys[" + id + "]";
    }
}
