package dev.cistern.doubles.gcs;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The OAuth access tokens that were given and are good.
public final class AccessTokens {
    public static final String READ_SCOPE = "https://www.googleapis.com/auth/devstorage.read_only";
    public static final String PLATFORM_SCOPE = "https://www.googleapis.com/auth/cloud-platform";

    private static final Set<String> STORAGE_SCOPES =
            Set.of(
                    READ_SCOPE,
                    PLATFORM_SCOPE,
                    "https://www.googleapis.com/auth/devstorage.read_write",
                    "https://www.googleapis.com/auth/devstorage.full_control");

    /// What a token stands for.
    ///
    /// @param principal a service account's e-mail address, or the name of a federated identity
    /// @param scopes what it may be used for
    /// @param expires when it stops being good
    public record Grant(String principal, Set<String> scopes, Instant expires) {
        /// Whether objects may be read with it.
        public boolean reads() {
            return scopes.stream().anyMatch(STORAGE_SCOPES::contains);
        }

        /// Whether the services beside the store accept it.
        public boolean callsPlatform() {
            return scopes.contains(PLATFORM_SCOPE)
                    || scopes.contains("https://www.googleapis.com/auth/iam");
        }
    }

    private final Map<String, Grant> grants = new ConcurrentHashMap<>();
    private final AtomicInteger issued = new AtomicInteger();
    private volatile Duration lifetime = Duration.ofHours(1);

    /// How long tokens are good that are given from now on, unless somebody asks for less.
    public void lifetime(Duration duration) {
        lifetime = duration;
    }

    Duration lifetime() {
        return lifetime;
    }

    /// A new token.
    public String issue(String principal, Iterable<String> scopes, Duration atMost) {
        Set<String> all = new TreeSet<>();
        scopes.forEach(all::add);
        Duration good = atMost.compareTo(lifetime) < 0 ? atMost : lifetime;
        String token = "ya29." + issued.incrementAndGet() + "." + principal.replace('@', '.');
        grants.put(token, new Grant(principal, Set.copyOf(all), Instant.now().plus(good)));
        return token;
    }

    /// How many tokens were given.
    public int issued() {
        return issued.get();
    }

    /// No token that was given so far is good any more, whatever its lifetime.
    public void revokeAll() {
        grants.clear();
    }

    /// What a header `Authorization` stands for; null where it is no token that is good now.
    @Nullable Grant of(@Nullable String authorization) {
        if (authorization == null || !authorization.startsWith("Bearer ")) {
            return null;
        }
        Grant grant = grants.get(authorization.substring("Bearer ".length()));
        return grant == null || Instant.now().isAfter(grant.expires) ? null : grant;
    }
}
