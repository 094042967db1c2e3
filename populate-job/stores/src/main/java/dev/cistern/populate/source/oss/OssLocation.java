package dev.cistern.populate.source.oss;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.rest.PercentEncoding;
import dev.cistern.populate.wire.OssAddressing;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a bucket is.
///
/// @param endpoint the store's origin, without the bucket before it
/// @param region requests are signed for
/// @param bucket its name
/// @param addressing where requests name it
record OssLocation(Origin endpoint, String region, String bucket, OssAddressing addressing) {
    private static final String DOMAIN = ".aliyuncs.com";
    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern ADDRESS = Pattern.compile(".*:.*|[0-9]+(\\.[0-9]+){3}|localhost");

    /// @param endpointUrl null means the region's public one
    /// @param addressing null means what suits the endpoint: the path for an address, the bucket's own host name where
    ///     that is the endpoint, else before the host name
    /// @throws IllegalArgumentException saying which field is wrong and how
    static OssLocation of(
            @Nullable String endpointUrl,
            String region,
            String bucket,
            @Nullable OssAddressing addressing) {
        if (!BUCKET.matcher(bucket).matches()) {
            throw new IllegalArgumentException("bucket is not the name of a bucket: " + bucket);
        }
        if (!REGION.matcher(region).matches()) {
            throw new IllegalArgumentException("region is not the name of a region: " + region);
        }
        // The first part of the endpoint's name is written for the region as often as not.
        String bare = region.startsWith("oss-") ? region.substring("oss-".length()) : region;
        if (endpointUrl == null || endpointUrl.isEmpty()) {
            return new OssLocation(
                    new Origin(true, "oss-" + bare + DOMAIN, 443),
                    bare,
                    bucket,
                    addressing == null ? OssAddressing.VIRTUAL : addressing);
        }
        return given(endpoint(endpointUrl), bare, bucket, addressing);
    }

    private static Origin endpoint(String url) {
        try {
            Origin origin = Origin.of(url);
            String path = URI.create(url).getRawPath();
            if (path != null && !path.matches("/*")) {
                throw new IllegalArgumentException(
                        "has the path "
                                + path
                                + ": bucket and prefix are told apart from the endpoint");
            }
            return origin;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("endpoint " + e.getMessage(), e);
        }
    }

    private static OssLocation given(
            Origin origin, String region, String bucket, @Nullable OssAddressing addressing) {
        Origin endpoint = origin;
        if (origin.host().endsWith(DOMAIN)) {
            // Consoles show the bucket's own host name, and the one of the protocol that is S3's.
            String host = without(bucket + ".", origin.host());
            endpoint = origin.withHost(without("s3.", host));
        } else if (addressing == null && origin.host().startsWith(bucket + ".")) {
            return new OssLocation(origin, region, bucket, OssAddressing.CNAME);
        }
        boolean inPath = ADDRESS.matcher(origin.host()).matches() || !usualPort(origin);
        return new OssLocation(
                endpoint,
                region,
                bucket,
                addressing != null
                        ? addressing
                        // A port means a test server or a proxy without wildcard names.
                        : inPath ? OssAddressing.PATH : OssAddressing.VIRTUAL);
    }

    /// A host of OSS without a part before it; a bucket may be called as an endpoint is.
    private static String without(String part, String host) {
        return host.startsWith(part) && host.startsWith("oss-", part.length())
                        || host.startsWith(part + "s3.oss-")
                ? host.substring(part.length())
                : host;
    }

    private static boolean usualPort(Origin origin) {
        return origin.port() == (origin.secure() ? 443 : 80);
    }

    /// Where connections go.
    Origin origin() {
        return addressing == OssAddressing.VIRTUAL
                ? endpoint.withHost(bucket + "." + endpoint.host())
                : endpoint;
    }

    /// Whether the endpoint can be reached from inside Alibaba Cloud's network alone.
    boolean internal() {
        return endpoint.host().endsWith("-internal" + DOMAIN);
    }

    /// The path of the bucket itself.
    String bucketPath() {
        return addressing == OssAddressing.PATH ? "/" + bucket + "/" : "/";
    }

    /// The path of an object, percent-encoded.
    String objectPath(String key) {
        StringBuilder path = new StringBuilder(bucket.length() + key.length() + 16);
        PercentEncoding.append(key, path.append(bucketPath()), true);
        return path.toString();
    }

    /// What signatures have for a path as it is sent: they name the bucket wherever requests do.
    String signedPath(String sent) {
        return addressing == OssAddressing.PATH ? sent : "/" + bucket + sent;
    }

    /// What makes an object of this bucket the same object in a later attempt. It is what the bucket had while it was
    /// read over OSS's S3-compatible interface, so that an attempt goes on with what one before left.
    String identity() {
        return endpoint + "/" + bucket;
    }

    @Override
    public String toString() {
        return "bucket " + bucket + " at " + endpoint;
    }
}
