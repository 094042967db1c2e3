package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.rest.PercentEncoding;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Where a bucket is.
///
/// @param endpoint the store's origin, without the bucket
/// @param basePath path of the endpoint's URL, without a trailing `/`
/// @param region requests are signed for
/// @param bucket its name
/// @param pathStyle whether the bucket is in the path rather than in the host name
/// @param provider whether the endpoint is the provider's own, derived from the region
public record S3Location(
        Origin endpoint,
        String basePath,
        String region,
        String bucket,
        boolean pathStyle,
        boolean provider) {

    private static final String DEFAULT_REGION = "us-east-1";

    /// @throws IllegalArgumentException saying which field is wrong and how
    public static S3Location of(
            @Nullable String endpointUrl,
            @Nullable String region,
            String bucket,
            boolean pathStyle) {
        String inRegion = region == null || region.isEmpty() ? DEFAULT_REGION : region;
        checkBucket(bucket);
        if (endpointUrl == null || endpointUrl.isEmpty()) {
            return ofProvider(inRegion, bucket, pathStyle);
        }
        Origin origin;
        try {
            origin = Origin.of(endpointUrl);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("endpoint " + e.getMessage(), e);
        }
        String path = java.net.URI.create(endpointUrl).getRawPath();
        String base = path == null ? "" : path;
        while (base.endsWith("/")) {
            base = base.substring(0, base.length() - 1);
        }
        boolean inPath =
                pathStyle || isAddress(origin.host()) || (origin.secure() && bucket.contains("."));
        return new S3Location(origin, base, inRegion, bucket, inPath, false);
    }

    static S3Location ofProvider(String region, String bucket, boolean pathStyle) {
        if (!region.matches("[a-z0-9-]{1,63}")) {
            throw new IllegalArgumentException("region is not the name of a region: " + region);
        }
        String domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
        Origin origin = new Origin(true, "s3." + region + "." + domain, 443);
        return new S3Location(origin, "", region, bucket, pathStyle || bucket.contains("."), true);
    }

    private static void checkBucket(String bucket) {
        // Old buckets may hold upper case and underscores; a slash or a control character would
        // change the request.
        for (int i = 0; i < bucket.length(); i++) {
            char c = bucket.charAt(i);
            boolean fine =
                    c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '-' || c == '_');
            if (!fine) {
                throw new IllegalArgumentException("bucket is not the name of a bucket: " + bucket);
            }
        }
        if (bucket.isEmpty() || bucket.length() > 255 || bucket.startsWith(".")) {
            throw new IllegalArgumentException("bucket is not the name of a bucket: " + bucket);
        }
    }

    private static boolean isAddress(String host) {
        return host.indexOf(':') >= 0
                || host.equals("localhost")
                || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    /// Where connections go.
    Origin origin() {
        return pathStyle
                ? endpoint
                : endpoint.withHost(bucket.toLowerCase(Locale.ROOT) + "." + endpoint.host());
    }

    /// The path of the bucket itself, with a trailing `/`.
    String bucketPath() {
        return pathStyle ? basePath + "/" + bucket + "/" : basePath + "/";
    }

    /// The path of an object, percent-encoded.
    String objectPath(String key) {
        StringBuilder path =
                new StringBuilder(bucketPath().length() + key.length() + 16).append(bucketPath());
        PercentEncoding.append(key, path, true);
        return path.toString();
    }

    @Override
    public String toString() {
        return "bucket " + bucket + " at " + endpoint + basePath;
    }
}
