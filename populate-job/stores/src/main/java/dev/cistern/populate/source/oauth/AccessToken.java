package dev.cistern.populate.source.oauth;

import dev.cistern.populate.source.rest.Expiring;

/// An OAuth access token.
///
/// @param value the secret
/// @param issuedMillis request time in Unix milliseconds
/// @param expiresMillis expiry
public record AccessToken(String value, long issuedMillis, long expiresMillis) implements Expiring {
    @Override
    public String toString() {
        return "access token, expires at " + expiresMillis;
    }
}
