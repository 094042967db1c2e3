package dev.cistern.doubles.oss;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// An object.
///
/// @param type `Normal`, `Multipart`, `Appendable` or `Symlink`
/// @param contentType as it was uploaded
/// @param contentEncoding null for none
/// @param storageClass such as `Standard` or `Archive`
/// @param restore value of `x-oss-restore`; null where nobody asked
/// @param crc64 as the store writes it; null for very old ones, which have none
/// @param contentMd5 as the store writes it
/// @param target of a symlink; null for others
/// @param tag the ETag without quotes
record StoredObject(
        String key,
        byte[] bytes,
        String type,
        String contentType,
        @Nullable String contentEncoding,
        String storageClass,
        @Nullable String restore,
        @Nullable String crc64,
        String contentMd5,
        @Nullable String target,
        String tag,
        Instant modified) {

    static StoredObject normal(String key, byte[] bytes) {
        return new StoredObject(
                key,
                bytes,
                "Normal",
                "application/octet-stream",
                null,
                "Standard",
                null,
                crc64(bytes),
                Base64.getEncoder().encodeToString(md5(bytes)),
                null,
                HexFormat.of().withUpperCase().formatHex(md5(bytes)),
                Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    /// As an upload in parts leaves it: the ETag has the form of an MD5 and a number, and is none.
    StoredObject multipart() {
        byte[] any = (key + bytes.length).getBytes(StandardCharsets.UTF_8);
        return new StoredObject(
                key,
                bytes,
                "Multipart",
                contentType,
                contentEncoding,
                storageClass,
                restore,
                crc64,
                contentMd5,
                target,
                HexFormat.of().withUpperCase().formatHex(md5(any)) + "-2",
                modified);
    }

    StoredObject withoutCrc() {
        return new StoredObject(
                key,
                bytes,
                type,
                contentType,
                contentEncoding,
                storageClass,
                restore,
                null,
                contentMd5,
                target,
                tag,
                modified);
    }

    StoredObject ofType(String type, @Nullable String encoding) {
        return new StoredObject(
                key,
                bytes,
                this.type,
                type,
                encoding,
                storageClass,
                restore,
                crc64,
                contentMd5,
                target,
                tag,
                modified);
    }

    StoredObject inClass(String name, @Nullable String restoring) {
        return new StoredObject(
                key,
                bytes,
                type,
                contentType,
                contentEncoding,
                name,
                restoring,
                crc64,
                contentMd5,
                target,
                tag,
                modified);
    }

    StoredObject leadingTo(String other) {
        return new StoredObject(
                key,
                bytes,
                "Symlink",
                contentType,
                contentEncoding,
                storageClass,
                restore,
                crc64,
                contentMd5,
                other,
                tag,
                modified);
    }

    StoredObject writtenAt(Instant time) {
        return new StoredObject(
                key,
                bytes,
                type,
                contentType,
                contentEncoding,
                storageClass,
                restore,
                crc64,
                contentMd5,
                target,
                tag,
                time);
    }

    boolean archived() {
        return storageClass.contains("Archive")
                && (restore == null || restore.contains("ongoing-request=\"true\""));
    }

    private static byte[] md5(byte[] bytes) {
        try {
            return MessageDigest.getInstance("MD5").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// CRC-64/XZ as the catalogue of parametrised CRCs has it, bit by bit: by other code than that which is tested.
    private static String crc64(byte[] bytes) {
        long crc = -1;
        for (byte b : bytes) {
            crc ^= b & 0xff;
            for (int i = 0; i < 8; i++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ 0xc96c5795d7870f42L;
            }
        }
        return Long.toUnsignedString(~crc);
    }
}
