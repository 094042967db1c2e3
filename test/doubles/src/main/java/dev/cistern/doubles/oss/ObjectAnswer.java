package dev.cistern.doubles.oss;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// The answer to `GetObject` and `HeadObject` where the object may be read.
final class ObjectAnswer {
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]*)-([0-9]*)");
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
                    .withZone(ZoneOffset.UTC);

    private final Request request;
    private final StoredObject named;
    private final StoredObject content;
    private final boolean rangeIgnored;

    /// @param named what was asked for
    /// @param content the same, or what a symlink leads to
    ObjectAnswer(Request request, StoredObject named, StoredObject content, boolean rangeIgnored) {
        this.request = request;
        this.named = named;
        this.content = content;
        this.rangeIgnored = rangeIgnored;
    }

    /// Whether the condition of the request holds.
    boolean matches() {
        String wanted = request.header("if-match");
        return wanted.isEmpty() || wanted.replace("\"", "").equals(content.tag());
    }

    /// The answer; null where there are no bytes in the range.
    @Nullable Answer answer() {
        byte[] bytes = content.bytes();
        String range = rangeIgnored ? "" : request.header("range");
        int[] part = part(range, bytes.length);
        boolean standard = request.header("x-oss-range-behavior").equals("standard");
        if (!range.isEmpty() && part == null && standard && !request.head()) {
            return null;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(
                "Last-Modified",
                DATE.format(
                        named.modified().isAfter(content.modified())
                                ? named.modified()
                                : content.modified()));
        headers.put("x-oss-object-type", named.type());
        headers.put("x-oss-storage-class", content.storageClass());
        if (content.restore() != null) {
            headers.put("x-oss-restore", content.restore());
        }
        if (content.contentEncoding() != null) {
            headers.put("Content-Encoding", content.contentEncoding());
        }
        if (packed()) {
            return Answer.of(200, content.contentType(), gzip(bytes))
                    .with(headers)
                    .with("Content-Encoding", "gzip")
                    .spoiled(new Fault.Chunked());
        }
        headers.put("ETag", '"' + content.tag() + '"');
        headers.put("Accept-Ranges", "bytes");
        if (content.crc64() != null) {
            headers.put("x-oss-hash-crc64ecma", content.crc64());
        }
        if (content.type().equals("Normal")) {
            headers.put("Content-MD5", content.contentMd5());
        }
        if (part == null || request.head()) {
            return Answer.of(200, content.contentType(), bytes).with(headers);
        }
        headers.put("Content-Range", "bytes " + part[0] + "-" + (part[1] - 1) + "/" + bytes.length);
        return Answer.of(206, content.contentType(), Arrays.copyOfRange(bytes, part[0], part[1]))
                .with(headers);
    }

    /// Some kinds of files are packed on the way for those who take that.
    private boolean packed() {
        return request.header("accept-encoding").contains("gzip")
                && content.contentType().startsWith("text/")
                && content.contentEncoding() == null
                && content.bytes().length >= 1024
                && !request.head();
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /// The range, its end exclusive; null where there is none, or none that makes sense.
    private static int @Nullable [] part(String range, int length) {
        Matcher asked = RANGE.matcher(range);
        if (!asked.matches() || (asked.group(1).isEmpty() && asked.group(2).isEmpty())) {
            return null;
        }
        if (asked.group(1).isEmpty()) {
            int last = Integer.parseInt(asked.group(2));
            return last == 0 || length == 0 ? null : new int[] {Math.max(0, length - last), length};
        }
        long from = Long.parseLong(asked.group(1));
        long to = asked.group(2).isEmpty() ? length : Long.parseLong(asked.group(2)) + 1;
        return from >= length || to <= from
                ? null
                : new int[] {(int) from, (int) Math.min(to, length)};
    }
}
