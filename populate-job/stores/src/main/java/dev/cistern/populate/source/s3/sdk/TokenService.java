package dev.cistern.populate.source.s3.sdk;

import dev.cistern.populate.http.HttpClient;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// AWS's security token service, or one that speaks its protocol.
///
/// @param region that it is asked in
/// @param endpoint its URL; null means AWS's own
/// @param dualStack whether AWS's own for IPv4 and IPv6
/// @param fips whether AWS's own with FIPS 140 validated cryptography
/// @param http makes a client for it, with its proxies and authorities
public record TokenService(
        String region,
        @Nullable String endpoint,
        boolean dualStack,
        boolean fips,
        Supplier<HttpClient> http) {
    /// The same in another region.
    TokenService in(String other) {
        return new TokenService(other, endpoint, dualStack, fips, http);
    }
}
