package dev.cistern.test.odd;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// An object of the store.
///
/// @param key as text
/// @param bytes content
/// @param etag without quotes
/// @param parts sizes of the parts of the upload; one for a simple upload
/// @param headers of responses to HEAD and GET
public record StoredObject(
        String key, byte[] bytes, String etag, List<Integer> parts, Map<String, String> headers) {

    public StoredObject {
        parts = List.copyOf(parts);
        headers = Map.copyOf(headers);
    }

    /// An object of a simple upload: its ETag is its MD5.
    public static StoredObject of(String key, byte[] bytes) {
        return new StoredObject(key, bytes, md5(bytes), List.of(bytes.length), Map.of());
    }

    /// A text object.
    public static StoredObject of(String key, String text) {
        return of(key, text.getBytes(StandardCharsets.UTF_8));
    }

    /// An object with reproducible random content.
    public static StoredObject sized(String key, int bytes) {
        byte[] content = new byte[bytes];
        new Random(key.hashCode() + 31L * bytes).nextBytes(content);
        return of(key, content);
    }

    /// A multipart object with S3's ETag; the last part has the remaining bytes.
    public static StoredObject ofParts(String key, int bytes, int... sizes) {
        StoredObject whole = sized(key, bytes);
        List<Integer> parts = new ArrayList<>();
        byte[] digests = new byte[0];
        int at = 0;
        for (int i = 0; at < bytes; i++) {
            int size = i < sizes.length ? sizes[i] : bytes - at;
            byte[] digest = digest(Arrays.copyOfRange(whole.bytes, at, at + size));
            int before = digests.length;
            digests = Arrays.copyOf(digests, before + digest.length);
            System.arraycopy(digest, 0, digests, before, digest.length);
            parts.add(size);
            at += size;
        }
        return new StoredObject(
                key, whole.bytes, md5(digests) + "-" + parts.size(), parts, Map.of());
    }

    /// The same with another ETag.
    public StoredObject withETag(String other) {
        return new StoredObject(key, bytes, other, parts, headers);
    }

    /// The same with one more header.
    public StoredObject with(String header, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(header, value);
        return new StoredObject(key, bytes, etag, parts, more);
    }

    /// The CRC-32C of the parts' CRC-32Cs, in base64.
    String checksumOfParts() {
        ByteBuffer checksums = ByteBuffer.allocate(4 * parts.size());
        int at = 0;
        for (int size : parts) {
            checksums.putInt(crc32c(bytes, at, size));
            at += size;
        }
        byte[] whole =
                ByteBuffer.allocate(4)
                        .putInt(crc32c(checksums.array(), 0, 4 * parts.size()))
                        .array();
        return Base64.getEncoder().encodeToString(whole);
    }

    private static int crc32c(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    static String md5(byte[] bytes) {
        return HexFormat.of().formatHex(digest(bytes));
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("MD5").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
