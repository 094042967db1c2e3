package dev.cistern.controller.observe;

import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;

/// A path of the API, such as `s3://bucket/models/` or `bucket/models/`, taken apart.
///
/// @param bucket the first part
/// @param prefix the rest, without leading slashes; empty means everything
record BucketPath(String bucket, String prefix) {
    static BucketPath parse(String path) {
        int scheme = path.indexOf("://");
        String rest = scheme < 0 ? path : path.substring(scheme + 3);
        int slash = rest.indexOf('/');
        return slash < 0
                ? new BucketPath(rest, "")
                : new BucketPath(
                        rest.substring(0, slash), withoutLeadingSlashes(rest.substring(slash)));
    }

    static String withoutLeadingSlashes(String text) {
        int start = 0;
        while (start < text.length() && text.charAt(start) == '/') {
            start++;
        }
        return text.substring(start);
    }

    /// A prefix that always means a tree, for kinds whose paths never name one object: `imagenet` is `imagenet/`.
    static String tree(String prefix) {
        return prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
    }

    void into(Sources source) {
        source.setBucket(bucket);
        source.setPrefix(prefix);
    }
}
