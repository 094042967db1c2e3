package dev.cistern.populate.source.rest;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// HMAC-SHA256 with both key blocks absorbed beforehand. `javax.crypto.Mac` would do the same after a look-up through
/// the providers that costs tens of milliseconds at the process's start.
public final class HmacSha256 {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /// Only ever cloned: looking SHA-256 up for each request takes longer than hashing.
    private static final MessageDigest FRESH = sha256();

    private final MessageDigest inner = sha256();
    private final MessageDigest outer = sha256();

    public HmacSha256(byte[] key) {
        byte[] block = Arrays.copyOf(key.length > 64 ? sha256().digest(key) : key, 64);
        for (int i = 0; i < 64; i++) {
            block[i] ^= 0x36;
        }
        inner.update(block);
        for (int i = 0; i < 64; i++) {
            block[i] ^= 0x36 ^ 0x5c;
        }
        outer.update(block);
    }

    /// The code of a message; any number of threads may ask for one.
    public byte[] of(byte[] message) {
        try {
            MessageDigest first = (MessageDigest) inner.clone();
            first.update(message);
            byte[] hash = new byte[32];
            first.digest(hash, 0, 32);
            MessageDigest second = (MessageDigest) outer.clone();
            second.update(hash);
            return second.digest();
        } catch (CloneNotSupportedException | DigestException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
        }
    }

    /// The key that signatures derive step by step from a secret: the code of each text is the key of the next.
    public static HmacSha256 derived(String secret, String... texts) {
        HmacSha256 hmac = new HmacSha256(secret.getBytes(StandardCharsets.UTF_8));
        for (String text : texts) {
            hmac = new HmacSha256(hmac.of(text.getBytes(StandardCharsets.UTF_8)));
        }
        return hmac;
    }

    /// SHA-256 without a key.
    public static byte[] hash(byte[] bytes) {
        try {
            return ((MessageDigest) FRESH.clone()).digest(bytes);
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
        }
    }

    /// Bytes in hex, lower case.
    public static String hex(byte[] bytes) {
        byte[] hex = new byte[bytes.length * 2];
        for (int i = 0; i < bytes.length; i++) {
            hex[2 * i] = HEX[(bytes[i] >> 4) & 15];
            hex[2 * i + 1] = HEX[bytes[i] & 15];
        }
        return new String(hex, StandardCharsets.US_ASCII);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
