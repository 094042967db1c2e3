package dev.cistern.doubles.gcs;

import com.google.gson.JsonObject;
import dev.cistern.doubles.gcs.StrictGcs.Asked;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The true answers to requests that are let in.
final class TrueAnswers {
    private final BucketObjects objects;

    TrueAnswers(BucketObjects objects) {
        this.objects = objects;
    }

    Answer listing(Asked request) {
        JsonObject page = objects.page(request);
        return page == null
                ? Answer.error(400, "invalid", "Invalid argument.")
                : json(request, page);
    }

    Answer metadata(Asked request) {
        StoredObject object = object(request);
        return object == null
                ? Answer.error(
                        404,
                        "notFound",
                        "No such object: " + StrictGcs.BUCKET + "/" + request.name())
                : conditions(request, object)
                        ? json(request, object.resource(StrictGcs.BUCKET))
                        : unmet();
    }

    /// The object in the requested generation.
    private @Nullable StoredObject object(Asked request) {
        StoredObject object = objects.get(request.name());
        String generation = request.query().get("generation");
        if (generation != null && !generation.matches("[0-9]{1,19}")) {
            throw new IllegalArgumentException("Invalid value for generation");
        }
        return object == null
                        || (generation != null && object.generation() != Long.parseLong(generation))
                ? null
                : object;
    }

    private static boolean conditions(Asked request, StoredObject object) {
        String match = request.query().get("ifGenerationMatch");
        String not = request.query().get("ifGenerationNotMatch");
        String own = String.valueOf(object.generation());
        return (match == null || match.equals(own)) && (not == null || !not.equals(own));
    }

    private static Answer unmet() {
        return Answer.error(
                412,
                "conditionNotMet",
                "At least one of the pre-conditions you specified did not hold.");
    }

    /// @param rangeIgnored whether all of it comes, whatever was asked for
    Answer media(Asked request, boolean rangeIgnored) {
        StoredObject object = object(request);
        if (object == null) {
            return Answer.error(
                    404, "notFound", "No such object: " + StrictGcs.BUCKET + "/" + request.name());
        }
        if (!conditions(request, object)) {
            return unmet();
        }
        Map<String, String> headers = new TreeMap<>();
        headers.put("Content-Type", "application/octet-stream");
        headers.put("ETag", object.etag());
        headers.put("X-Goog-Generation", String.valueOf(object.generation()));
        headers.put("X-Goog-Metageneration", "1");
        headers.put("X-Goog-Storage-Class", "STANDARD");
        headers.put(
                "X-Goog-Hash",
                "crc32c=" + object.crc32c() + (object.composite() ? "" : ",md5=" + object.md5()));
        headers.put("X-Goog-Stored-Content-Length", String.valueOf(object.bytes().length));
        String encoding = object.contentEncoding();
        headers.put("X-Goog-Stored-Content-Encoding", encoding == null ? "identity" : encoding);
        if (object.packed() && !object.noTransform() && !gzipAccepted(request)) {
            // Decompressive transcoding: ranges are ignored, and the length is unknown.
            headers.put("Warning", "214 UploadServer gunzipped");
            return new Answer(200, headers, object.unpacked(), true, -1);
        }
        if (encoding != null) {
            headers.put("Content-Encoding", encoding);
        }
        headers.put("Accept-Ranges", "bytes");
        String range = request.headers().get("range");
        return range == null || rangeIgnored
                ? new Answer(200, headers, object.bytes(), false, -1)
                : ranged(object, range, headers);
    }

    private static Answer ranged(StoredObject object, String range, Map<String, String> headers) {
        int size = object.bytes().length;
        if (!range.matches("bytes=[0-9]+-[0-9]*")) {
            throw new IllegalArgumentException("Invalid range " + range);
        }
        long from = Long.parseLong(range.substring(6, range.indexOf('-')));
        String end = range.substring(range.indexOf('-') + 1);
        long to = end.isEmpty() ? size : Math.min(size, Long.parseLong(end) + 1);
        if (from >= size) {
            return Answer.error(
                            416, "requestedRangeNotSatisfiable", "Request range not satisfiable")
                    .with(Map.of("Content-Range", "bytes */" + size));
        }
        headers.put("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + size);
        return new Answer(
                206, headers, Arrays.copyOfRange(object.bytes(), (int) from, (int) to), false, -1);
    }

    private static boolean gzipAccepted(Asked request) {
        return request.headers().getOrDefault("accept-encoding", "").contains("gzip");
    }

    private static Answer json(Asked request, JsonObject document) {
        String fields = request.query().get("fields");
        String text = (fields == null ? document : FieldMask.of(fields).apply(document)).toString();
        Map<String, String> headers = new TreeMap<>();
        headers.put("Content-Type", "application/json; charset=UTF-8");
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        if (gzipAccepted(request)) {
            headers.put("Content-Encoding", "gzip");
            body = StrictGcs.packed(body);
        }
        return new Answer(200, headers, body, true, -1);
    }
}
