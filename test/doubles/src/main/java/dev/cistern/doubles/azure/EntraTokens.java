package dev.cistern.doubles.azure;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The access tokens for Azure Storage that were given and are good.
public final class EntraTokens {
    private record Grant(String principal, Instant expires) {}

    private final Map<String, Grant> grants = new ConcurrentHashMap<>();
    private final AtomicInteger issued = new AtomicInteger();
    private volatile Duration lifetime = Duration.ofHours(1);

    /// How long tokens are good that are given from now on.
    public void lifetime(Duration duration) {
        lifetime = duration;
    }

    Duration lifetime() {
        return lifetime;
    }

    /// A new token.
    ///
    /// @param principal who has it, such as the client id of an application
    public String issue(String principal) {
        String token = "eyJ0eXAi." + issued.incrementAndGet() + "." + principal;
        grants.put(token, new Grant(principal, Instant.now().plus(lifetime)));
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

    /// Who has a token; null where it is not good now.
    @Nullable String principal(String token) {
        Grant grant = grants.get(token);
        return grant == null || Instant.now().isAfter(grant.expires) ? null : grant.principal;
    }
}
