package dev.cistern.test.server;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The temporary credentials that [StsServer] issued, by access key, valid until they expire.
final class SessionCredentials {
    private static final int MAX = 10_000;

    record Session(String accessKey, String secret, String token, Instant expires) {}

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    Session issue(Instant now, Duration validity) {
        if (sessions.size() >= MAX) {
            throw new IllegalStateException("more than " + MAX + " sessions");
        }
        var session =
                new Session(
                        "ASIA" + hex(8).toUpperCase(java.util.Locale.ROOT),
                        hex(20),
                        hex(32),
                        now.plus(validity));
        sessions.put(session.accessKey(), session);
        return session;
    }

    /// Whether a request carries one of these sessions' keys, its token, and a signature by its secret.
    boolean accepts(HttpHead request, Instant now) {
        Session session = SignatureV4.accessKey(request).map(sessions::get).orElse(null);
        return session != null
                && now.isBefore(session.expires())
                && session.token().equals(request.header("x-amz-security-token").orElse(""))
                && SignatureV4.isSignedWith(request, session.secret());
    }

    private String hex(int bytes) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        return HexFormat.of().formatHex(value);
    }
}
