package dev.cistern.doubles.oss;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `ListObjectsV2`.
final class Listing {
    private static final Set<String> PARAMETERS =
            Set.of(
                    "list-type",
                    "prefix",
                    "continuation-token",
                    "start-after",
                    "max-keys",
                    "encoding-type",
                    "fetch-owner",
                    "delimiter");
    private static final DateTimeFormatter MODIFIED =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /// MD5 of nothing.
    private static final String TAG_OF_SYMLINK = "D41D8CD98F00B204E9800998ECF8427E";

    private final Map<String, String> query;
    private final NavigableMap<String, StoredObject> objects;
    private final int mostKeys;

    /// @param mostKeys a page has no more keys, whatever is asked for
    Listing(Map<String, String> query, NavigableMap<String, StoredObject> objects, int mostKeys) {
        this.query = query;
        this.objects = objects;
        this.mostKeys = mostKeys;
    }

    /// What is wrong with the request; null where nothing is.
    @Nullable String problem() {
        for (String name : query.keySet()) {
            if (!PARAMETERS.contains(name)) {
                return "The parameter " + name + " is not supported.";
            }
        }
        String keys = query.getOrDefault("max-keys", "100");
        if (!"2".equals(query.get("list-type"))) {
            return "The double knows list-type 2 alone.";
        }
        if (!keys.matches("[0-9]{1,4}")
                || Integer.parseInt(keys) < 1
                || Integer.parseInt(keys) > 1000) {
            return "Argument maxKeys must be an integer between 1 and 1000.";
        }
        if (!query.getOrDefault("encoding-type", "url").equals("url")) {
            return "The encoding-type is invalid.";
        }
        if (!query.getOrDefault("delimiter", "").isEmpty()) {
            return "The double has no delimiters.";
        }
        if (query.getOrDefault("prefix", "").getBytes(StandardCharsets.UTF_8).length > 1023) {
            return "The prefix is too long.";
        }
        return token() == null ? "The continuation token provided is incorrect." : null;
    }

    /// The last key of the page before; empty where there is none, null where the token is of another listing.
    private @Nullable String token() {
        String token = query.getOrDefault("continuation-token", "");
        if (token.isEmpty()) {
            return query.getOrDefault("start-after", "");
        }
        try {
            String text = new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
            String prefix = query.getOrDefault("prefix", "") + "\n";
            return text.startsWith(prefix) ? text.substring(prefix.length()) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    String document(String bucket) {
        String prefix = query.getOrDefault("prefix", "");
        int most = Math.min(mostKeys, Integer.parseInt(query.getOrDefault("max-keys", "100")));
        String after = token();
        StringBuilder contents = new StringBuilder();
        int count = 0;
        String last = "";
        boolean truncated = false;
        NavigableMap<String, StoredObject> rest =
                after == null || after.isEmpty()
                        ? objects.tailMap(prefix, true)
                        : objects.tailMap(after, false);
        for (StoredObject object : rest.values()) {
            if (!object.key().startsWith(prefix)) {
                if (prefix.isEmpty() || !precedes(object.key(), prefix)) {
                    break;
                }
                continue;
            }
            if (count == most) {
                truncated = true;
                break;
            }
            contents(contents, object);
            last = object.key();
            count++;
        }
        StringBuilder text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        text.append("<ListBucketResult>\n");
        element(text, "Name", bucket);
        element(text, "Prefix", named(prefix));
        element(text, "StartAfter", named(query.getOrDefault("start-after", "")));
        element(text, "MaxKeys", query.getOrDefault("max-keys", "100"));
        element(text, "Delimiter", "");
        if (encoded()) {
            element(text, "EncodingType", "url");
        }
        element(text, "IsTruncated", String.valueOf(truncated));
        if (query.containsKey("continuation-token")) {
            element(text, "ContinuationToken", query.get("continuation-token"));
        }
        if (truncated) {
            String next = prefix + "\n" + last;
            element(
                    text,
                    "NextContinuationToken",
                    Base64.getEncoder().encodeToString(next.getBytes(StandardCharsets.UTF_8)));
        }
        text.append(contents);
        element(text, "KeyCount", String.valueOf(count));
        return text.append("</ListBucketResult>\n").toString();
    }

    private static boolean precedes(String key, String prefix) {
        return StrictOss.BY_BYTES.compare(key, prefix) < 0;
    }

    private boolean encoded() {
        return query.containsKey("encoding-type");
    }

    private String named(String key) {
        return encoded()
                ? URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20")
                : ErrorDocument.escaped(key);
    }

    private void contents(StringBuilder text, StoredObject object) {
        boolean symlink = object.target() != null;
        text.append("<Contents>\n");
        element(text, "Key", named(object.key()));
        element(text, "LastModified", MODIFIED.format(object.modified()));
        element(text, "ETag", '"' + (symlink ? TAG_OF_SYMLINK : object.tag()) + '"');
        element(text, "Type", object.type());
        element(text, "Size", String.valueOf(symlink ? 0 : object.bytes().length));
        element(text, "StorageClass", object.storageClass());
        if (object.restore() != null) {
            element(text, "RestoreInfo", object.restore());
        }
        text.append("</Contents>\n");
    }

    private static void element(StringBuilder text, String name, String value) {
        text.append('<').append(name).append('>').append(value).append("</").append(name);
        text.append(">\n");
    }
}
