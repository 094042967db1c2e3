package dev.cistern.populate.source.gcs;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.rest.PercentEncoding;
import org.jspecify.annotations.Nullable;

/// Location of a bucket.
///
/// @param origin of the store
/// @param basePath prefix of the API's paths; empty or beginning with `/`
/// @param bucket its name
record GcsLocation(Origin origin, String basePath, String bucket) {
    static final String GOOGLE = "https://storage.googleapis.com";

    /// Some users give the endpoint with this path, as clients in other languages require it.
    private static final String API = "/storage/v1";

    /// @param endpoint URL; null means Google's own
    /// @throws IllegalArgumentException when that is not a URL
    static GcsLocation of(@Nullable String endpoint, String bucket) {
        String url = endpoint == null ? GOOGLE : endpoint;
        Origin origin = Origin.of(url);
        int slash = url.indexOf('/', url.indexOf("://") + 3);
        String path = slash < 0 ? "" : url.substring(slash);
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        if (path.endsWith(API)) {
            path = path.substring(0, path.length() - API.length());
        }
        return new GcsLocation(origin, path, bucket);
    }

    /// The path of the bucket's objects, as a collection.
    String objects() {
        return path("").toString();
    }

    /// The path of an object's metadata.
    String object(String name) {
        return object("", name);
    }

    /// The path of an object's bytes.
    String media(String name) {
        return object("/download", name);
    }

    private String object(String before, String name) {
        StringBuilder path = path(before).append('/');
        // Encode slashes, too: they would separate path segments.
        PercentEncoding.append(name, path, false);
        return path.toString();
    }

    private StringBuilder path(String before) {
        StringBuilder path = new StringBuilder(128);
        path.append(basePath).append(before).append(API).append("/b/");
        PercentEncoding.append(bucket, path, false);
        return path.append("/o");
    }

    /// Identifies the bucket across attempts.
    String identity() {
        return origin + basePath + "/" + bucket;
    }

    @Override
    public String toString() {
        return "bucket " + bucket + " at " + origin + basePath;
    }
}
