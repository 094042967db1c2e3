package dev.cistern.populate.source.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Ids of files: the URL, without the origin if it is the endpoint's. Ids appear in messages, so a query, which may
/// contain a signature, is kept here and replaced by its digest.
final class FileIds {
    /// Some 20,000 signed URLs.
    private static final long MOST_BYTES = 20L << 20;

    /// What a text of two and its place in the table take besides their characters, of which each is ASCII.
    private static final int ENTRY_BYTES = 160;

    private static final int SHOWN_BYTES = 8;

    private final HttpPlace place;
    private final Map<String, String> queries = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    FileIds(HttpPlace place) {
        this.place = place;
    }

    /// The id of a URL, the same in each attempt.
    ///
    /// @throws IllegalArgumentException when URLs with a query take too much memory
    String id(FileUrl url) {
        String bare = url.origin().equals(place.origin()) ? url.path() : url.origin() + url.path();
        if (url.query().isEmpty()) {
            return bare;
        }
        String id = bare + "?" + digest(url.query());
        if (queries.containsKey(id)) {
            return id;
        }
        long entry = ENTRY_BYTES + id.length() + url.query().length();
        if (bytes.addAndGet(entry) > MOST_BYTES) {
            bytes.addAndGet(-entry);
            throw new IllegalArgumentException(
                    "has a URL with a query, and such URLs take more than "
                            + (MOST_BYTES >> 20)
                            + " MiB by now; split the list");
        }
        queries.put(id, url.query());
        return id;
    }

    /// The URL of an id from [#id].
    FileUrl url(String id) {
        int mark = id.indexOf('?');
        FileUrl bare = place.ofId(mark < 0 ? id : id.substring(0, mark));
        return mark < 0
                ? bare
                : new FileUrl(bare.origin(), bare.path(), queries.getOrDefault(id, ""));
    }

    private static String digest(String query) {
        try {
            byte[] all =
                    MessageDigest.getInstance("SHA-256")
                            .digest(query.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(all, 0, SHOWN_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
