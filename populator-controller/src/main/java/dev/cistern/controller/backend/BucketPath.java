package dev.cistern.controller.backend;

import dev.cistern.populate.wire.S3Bucket;
import java.util.regex.Pattern;

/// A parsed path of the API, such as `s3://bucket/models/` or `bucket/models/`.
///
/// @param bucket the first part
/// @param prefix the rest after the separating slash; empty means everything. It may begin with another slash:
///     `s3://b//a/` is the tree `/a/`, which is not `a/`
record BucketPath(String bucket, String prefix) {
    /// Only at the beginning: a key may have the same characters in it.
    private static final Pattern SCHEME = Pattern.compile("^[A-Za-z0-9+-]{1,16}://");

    static BucketPath parse(String path) {
        String rest = SCHEME.matcher(path).replaceFirst("");
        // The ARN of an access point has a slash of its own.
        int end = S3Bucket.end(rest);
        return end == rest.length()
                ? new BucketPath(rest, "")
                : new BucketPath(rest.substring(0, end), rest.substring(end + 1));
    }

    /// A path given separately from its bucket, where one leading slash means the bucket itself.
    static String withoutLeadingSlash(String text) {
        return text.startsWith("/") ? text.substring(1) : text;
    }

    /// A prefix that always means a tree, for kinds whose paths never name one object: `imagenet` is `imagenet/`.
    static String tree(String prefix) {
        return prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
    }
}
