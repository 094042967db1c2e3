package dev.cistern.doubles.gcs;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.cistern.doubles.gcs.StrictGcs.Asked;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The objects of the bucket, and pages of them.
final class BucketObjects {
    private static final Comparator<String> BY_BYTES =
            (a, b) ->
                    Arrays.compareUnsigned(
                            a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private final TreeMap<String, StoredObject> objects = new TreeMap<>(BY_BYTES);
    private final Map<String, String> pageTokens = new HashMap<>();
    private long nextGeneration = 1_764_000_000_000_001L;
    private int pageSize = 1000;
    private int emptyPages;

    synchronized long put(
            String name,
            byte[] bytes,
            @Nullable String contentEncoding,
            boolean composite,
            boolean noTransform) {
        long generation = nextGeneration++;
        objects.put(
                name,
                new StoredObject(
                        name,
                        generation,
                        bytes,
                        contentEncoding,
                        composite,
                        noTransform,
                        Instant.now()));
        return generation;
    }

    synchronized void remove(String name) {
        objects.remove(name);
    }

    synchronized @Nullable StoredObject get(String name) {
        return objects.get(name);
    }

    synchronized void pageSize(int most) {
        pageSize = most;
    }

    synchronized void emptyPages(int number) {
        emptyPages = number;
    }

    /// A page of a listing; null where what is asked for makes none.
    synchronized @Nullable JsonObject page(Asked request) {
        String prefix = request.query().getOrDefault("prefix", "");
        String token = request.query().get("pageToken");
        int most =
                Math.min(
                        pageSize,
                        Integer.parseInt(request.query().getOrDefault("maxResults", "1000")));
        String position = token == null ? "0:" : pageTokens.get(prefix + "\n" + token);
        if (position == null || most < 1) {
            return null;
        }
        int empty = Integer.parseInt(position.substring(0, position.indexOf(':')));
        String after = position.substring(position.indexOf(':') + 1);
        JsonObject page = new JsonObject();
        page.addProperty("kind", "storage#objects");
        if (empty < emptyPages) {
            page.addProperty("nextPageToken", issue(prefix, empty + 1 + ":" + after));
        } else {
            List<StoredObject> found = new ArrayList<>();
            for (StoredObject object : objects.values()) {
                if (object.name().startsWith(prefix)
                        && (after.isEmpty() || BY_BYTES.compare(object.name(), after) > 0)) {
                    found.add(object);
                }
            }
            JsonArray items = new JsonArray();
            found.stream().limit(most).forEach(o -> items.add(o.resource(StrictGcs.BUCKET)));
            if (!items.isEmpty()) {
                page.add("items", items);
            }
            if (found.size() > most) {
                page.addProperty("nextPageToken", issue(prefix, "0:" + found.get(most - 1).name()));
            }
        }
        return page;
    }

    private String issue(String prefix, String position) {
        String token =
                "Cg" + Integer.toHexString(position.hashCode()) + "+/" + pageTokens.size() + "==";
        pageTokens.put(prefix + "\n" + token, position);
        return token;
    }
}
