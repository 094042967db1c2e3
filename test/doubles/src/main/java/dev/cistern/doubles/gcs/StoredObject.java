package dev.cistern.doubles.gcs;

import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.zip.CRC32C;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// One generation of an object.
///
/// @param bytes as stored
/// @param contentEncoding such as `gzip`; null for none
/// @param composite whether it is a composite object, which has no MD5
/// @param noTransform whether it is stored with `Cache-Control: no-transform`
public record StoredObject(
        String name,
        long generation,
        byte[] bytes,
        @Nullable String contentEncoding,
        boolean composite,
        boolean noTransform,
        Instant updated) {

    boolean packed() {
        return "gzip".equals(contentEncoding);
    }

    String crc32c() {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    String md5() {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    String etag() {
        return Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(8).putLong(generation).array());
    }

    byte[] unpacked() {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The resource of the JSON API.
    JsonObject resource(String bucket) {
        JsonObject item = new JsonObject();
        String time = updated.truncatedTo(ChronoUnit.MILLIS).toString();
        item.addProperty("kind", "storage#object");
        item.addProperty("id", bucket + "/" + name + "/" + generation);
        item.addProperty("name", name);
        item.addProperty("bucket", bucket);
        item.addProperty("generation", String.valueOf(generation));
        item.addProperty("metageneration", "1");
        item.addProperty("contentType", "application/octet-stream");
        item.addProperty("storageClass", "STANDARD");
        item.addProperty("size", String.valueOf(bytes.length));
        item.addProperty("crc32c", crc32c());
        if (composite) {
            item.addProperty("componentCount", 2);
        } else {
            item.addProperty("md5Hash", md5());
        }
        item.addProperty("etag", etag());
        item.addProperty("timeCreated", time);
        item.addProperty("updated", time);
        if (contentEncoding != null) {
            item.addProperty("contentEncoding", contentEncoding);
        }
        if (noTransform) {
            item.addProperty("cacheControl", "no-transform");
        }
        return item;
    }
}
