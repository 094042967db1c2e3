package dev.cistern.doubles.oss;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Access keys, and whom they stand for. The store and the token service of a test have the same.
public final class Accounts {
    /// An access key.
    ///
    /// @param token that has to come with a temporary one; null for others
    /// @param expires when a temporary one ends; null for others
    public record Key(
            String id,
            String secret,
            @Nullable String token,
            @Nullable Instant expires,
            String principal) {}

    private final Map<String, Key> keys = new ConcurrentHashMap<>();
    private final SecureRandom randomness = new SecureRandom();
    private final AtomicInteger made = new AtomicInteger();
    private volatile Duration lifetime = Duration.ofHours(1);

    private String random() {
        byte[] bytes = new byte[12];
        randomness.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /// A new key of a user.
    public Key key(String principal) {
        made.incrementAndGet();
        Key key = new Key("LTAI5t" + random(), random(), null, null, principal);
        keys.put(key.id, key);
        return key;
    }

    /// A key that is known beforehand.
    public Key key(String id, String secret, String principal) {
        Key key = new Key(id, secret, null, null, principal);
        keys.put(id, key);
        return key;
    }

    /// New temporary keys of a role.
    public Key temporary(String principal) {
        made.incrementAndGet();
        Key key =
                new Key(
                        "STS.N" + random(),
                        random(),
                        "CAIS+/" + random() + "==",
                        Instant.now().plus(lifetime),
                        principal);
        keys.put(key.id, key);
        return key;
    }

    /// How long temporary keys given from now on are good.
    public void lifetime(Duration duration) {
        lifetime = duration;
    }

    /// How many keys were made, of both kinds.
    public int made() {
        return made.get();
    }

    /// A key that is deleted or turned off.
    public void revoke(Key key) {
        keys.remove(key.id);
    }

    /// The same of all temporary ones.
    public void revokeTemporary() {
        keys.values().removeIf(key -> key.token != null);
    }

    @Nullable Key find(String id) {
        return keys.get(id);
    }
}
