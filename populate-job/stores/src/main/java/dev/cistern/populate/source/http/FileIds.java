package dev.cistern.populate.source.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Ids of files: the URL, without the origin if it is the endpoint's. Ids appear in messages, so a query, which may
/// contain a signature, is kept here and replaced by its digest.
final class FileIds {
    /// Some 20 MiB, with the queries of signed URLs.
    private static final int MOST_QUERIES = 20_000;

    private static final int SHOWN_BYTES = 8;

    private final HttpPlace place;
    private final Map<String, String> queries = new ConcurrentHashMap<>();

    FileIds(HttpPlace place) {
        this.place = place;
    }

    /// The id of a URL, the same in each attempt.
    ///
    /// @throws IllegalArgumentException when there are too many URLs with a query
    String id(FileUrl url) {
        String bare = url.origin().equals(place.origin()) ? url.path() : url.origin() + url.path();
        if (url.query().isEmpty()) {
            return bare;
        }
        String id = bare + "?" + digest(url.query());
        queries.put(id, url.query());
        if (queries.size() > MOST_QUERIES) {
            throw new IllegalArgumentException(
                    "has a URL with a query, and more than "
                            + MOST_QUERIES
                            + " of them; split the list");
        }
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
