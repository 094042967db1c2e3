package dev.cistern.populate.source.s3;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// AWS signature version 4 for requests without a body.
///
/// The SDK's signer computes the same signatures (a test compares them) at many times the cost: it supports any
/// request, and is set up for each one. Here the day's key is derived once, and a request costs two short hashes and an
/// HMAC with precomputed key blocks.
final class SigV4 {
    /// SHA-256 of zero bytes.
    static final String EMPTY_HASH =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /// Only cloned: looking up SHA-256 for each request takes longer than hashing.
    private static final MessageDigest FRESH = sha256();

    private final String region;
    private @Nullable DayKey dayKey;

    /// A derived key, valid for one day.
    private record DayKey(AwsKeys keys, String day, Hmac hmac) {}

    SigV4(String region) {
        this.region = region;
    }

    /// The value of the `Authorization` header.
    ///
    /// @param path as sent, percent-encoded
    /// @param query canonical: sorted and percent-encoded; empty without one
    /// @param headers all headers to sign, `host`, `x-amz-content-sha256` and `x-amz-date` among them: names lower case and sorted,
    ///     name and value alternating
    /// @param timestamp the value of `x-amz-date`, such as `20260101T000000Z`
    String authorization(
            AwsKeys keys,
            String method,
            String path,
            String query,
            List<String> headers,
            String timestamp) {
        StringBuilder text = new StringBuilder(512);
        text.append(method).append('\n').append(path).append('\n').append(query).append('\n');
        StringBuilder names = new StringBuilder(96);
        for (int i = 0; i < headers.size(); i += 2) {
            text.append(headers.get(i)).append(':').append(headers.get(i + 1)).append('\n');
            names.append(i == 0 ? "" : ";").append(headers.get(i));
        }
        text.append('\n').append(names).append('\n').append(EMPTY_HASH);
        String day = timestamp.substring(0, 8);
        String scope = day + "/" + region + "/s3/aws4_request";
        String hash = hex(hash(utf8(text.toString())));
        String toSign = "AWS4-HMAC-SHA256\n" + timestamp + "\n" + scope + "\n" + hash;
        String signature = hex(hmac(keys, day).of(utf8(toSign)));
        return "AWS4-HMAC-SHA256 Credential="
                + keys.id()
                + "/"
                + scope
                + ", SignedHeaders="
                + names
                + ", Signature="
                + signature;
    }

    private synchronized Hmac hmac(AwsKeys keys, String day) {
        DayKey known = dayKey;
        if (known == null || !known.day().equals(day) || !known.keys().equals(keys)) {
            byte[] ofDay = new Hmac(utf8("AWS4" + keys.secret())).of(utf8(day));
            byte[] ofRegion = new Hmac(ofDay).of(utf8(region));
            byte[] ofService = new Hmac(ofRegion).of(utf8("s3"));
            byte[] key = new Hmac(ofService).of(utf8("aws4_request"));
            known = new DayKey(keys, day, new Hmac(key));
            dayKey = known;
        }
        return known.hmac();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String hex(byte[] bytes) {
        byte[] hex = new byte[bytes.length * 2];
        for (int i = 0; i < bytes.length; i++) {
            hex[2 * i] = HEX[(bytes[i] >> 4) & 15];
            hex[2 * i + 1] = HEX[bytes[i] & 15];
        }
        return new String(hex, StandardCharsets.US_ASCII);
    }

    private static byte[] hash(byte[] bytes) {
        try {
            return ((MessageDigest) FRESH.clone()).digest(bytes);
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// HMAC-SHA256 with both key blocks precomputed. `javax.crypto.Mac` would do the same after a look-up through the
    /// providers that costs tens of milliseconds at the process's start.
    private static final class Hmac {
        private final MessageDigest inner = sha256();
        private final MessageDigest outer = sha256();

        Hmac(byte[] key) {
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

        byte[] of(byte[] message) {
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
    }
}
