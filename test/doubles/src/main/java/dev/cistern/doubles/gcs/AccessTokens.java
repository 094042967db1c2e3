package dev.cistern.doubles.gcs;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Valid OAuth access tokens.
public final class AccessTokens {
    public static final String READ_SCOPE = "https://www.googleapis.com/auth/devstorage.read_only";
    public static final String PLATFORM_SCOPE = "https://www.googleapis.com/auth/cloud-platform";

    private static final Set<String> STORAGE_SCOPES =
            Set.of(
                    READ_SCOPE,
                    PLATFORM_SCOPE,
                    "https://www.googleapis.com/auth/devstorage.read_write",
                    "https://www.googleapis.com/auth/devstorage.full_control");

    /// What a token grants.
    ///
    /// @param principal a service account's e-mail address, or the name of a federated identity
    /// @param scopes OAuth scopes
    /// @param expires when it expires
    public record Grant(String principal, Set<String> scopes, Instant expires) {
        /// Whether it permits reading objects.
        public boolean reads() {
            return scopes.stream().anyMatch(STORAGE_SCOPES::contains);
        }

        /// Whether Google's other services accept it.
        public boolean callsPlatform() {
            return scopes.contains(PLATFORM_SCOPE)
                    || scopes.contains("https://www.googleapis.com/auth/iam");
        }
    }

    private final Map<String, Grant> grants = new ConcurrentHashMap<>();
    private final AtomicInteger issued = new AtomicInteger();
    private volatile Duration lifetime = Duration.ofHours(1);

    /// Lifetime of tokens issued from now on, unless a shorter one is requested.
    public void lifetime(Duration duration) {
        lifetime = duration;
    }

    Duration lifetime() {
        return lifetime;
    }

    /// Issues a token.
    public String issue(String principal, Iterable<String> scopes, Duration atMost) {
        Set<String> all = new TreeSet<>();
        scopes.forEach(all::add);
        Duration good = atMost.compareTo(lifetime) < 0 ? atMost : lifetime;
        String token = "ya29." + issued.incrementAndGet() + "." + principal.replace('@', '.');
        grants.put(token, new Grant(principal, Set.copyOf(all), Instant.now().plus(good)));
        return token;
    }

    /// Number of tokens issued.
    public int issued() {
        return issued.get();
    }

    /// Revokes all tokens issued so far, whatever their lifetime.
    public void revokeAll() {
        grants.clear();
    }

    /// The grant of an `Authorization` header; null where it has no valid token.
    @Nullable Grant of(@Nullable String authorization) {
        if (authorization == null || !authorization.startsWith("Bearer ")) {
            return null;
        }
        Grant grant = grants.get(authorization.substring("Bearer ".length()));
        return grant == null || Instant.now().isAfter(grant.expires) ? null : grant;
    }
}
