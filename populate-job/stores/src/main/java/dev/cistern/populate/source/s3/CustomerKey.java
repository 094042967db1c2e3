package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.rest.OutgoingRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The customer-provided key of encrypted objects (SSE-C). Every request for such an object contains it, so it is sent
/// only over TLS, and only to hosts that also get credentials.
final class CustomerKey {
    private static final int KEY_BYTES = 32;

    private final String base64;
    private final String md5;

    private CustomerKey(byte[] key) {
        try {
            base64 = Base64.getEncoder().encodeToString(key);
            md5 = Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    /// Reads a key from a file: 32 bytes, or these in Base64, optionally with a line feed at the end.
    ///
    /// @throws IllegalArgumentException with the problem, without the file's content
    static CustomerKey of(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read", e);
        }
        byte[] key = bytes.length == KEY_BYTES ? bytes : decoded(bytes);
        if (key == null || key.length != KEY_BYTES) {
            throw new IllegalArgumentException(
                    file
                            + " holds no key for AES-256: give 32 bytes, or these in Base64 (44"
                            + " characters)");
        }
        return new CustomerKey(key);
    }

    private static byte @Nullable [] decoded(byte[] bytes) {
        try {
            return Base64.getDecoder()
                    .decode(new String(bytes, StandardCharsets.ISO_8859_1).strip());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// Adds the three headers with it.
    void addTo(OutgoingRequest request) {
        request.header("x-amz-server-side-encryption-customer-algorithm", "AES256");
        request.header("x-amz-server-side-encryption-customer-key", base64);
        request.header("x-amz-server-side-encryption-customer-key-md5", md5);
    }

    @Override
    public String toString() {
        return "CustomerKey";
    }
}
