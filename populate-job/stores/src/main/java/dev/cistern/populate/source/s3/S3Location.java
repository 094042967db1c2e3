package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.rest.PercentEncoding;
import dev.cistern.populate.wire.S3Bucket;
import dev.cistern.populate.wire.S3Options;
import dev.cistern.populate.wire.S3Spec;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Location of a bucket.
///
/// @param endpoint the store's origin, without the bucket
/// @param basePath path of the endpoint's URL, without a trailing `/`
/// @param region for signatures
/// @param bucket its name, or the ARN of an access point
/// @param pathStyle whether the bucket is in the path instead of the host name
/// @param provider how the endpoint is derived from the region; null where it was given
public record S3Location(
        Origin endpoint,
        String basePath,
        String region,
        String bucket,
        boolean pathStyle,
        @Nullable AwsEndpoint provider) {

    private static final String DEFAULT_REGION = "us-east-1";

    /// Bucket names that can be part of a host name, by the SDK's rules. Names with dots match no certificate.
    private static final Pattern LABEL = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

    private static final Pattern LABELS =
            Pattern.compile(
                    "(?=.{3,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+");

    /// @throws IllegalArgumentException naming the invalid field
    public static S3Location of(
            @Nullable String endpointUrl,
            @Nullable String region,
            String bucket,
            boolean pathStyle) {
        return of(endpointUrl, region, new S3Bucket(bucket), pathStyle, S3Options.NONE);
    }

    /// @throws IllegalArgumentException saying which field is wrong and how
    public static S3Location of(S3Spec spec) {
        return of(
                spec.endpoint(),
                spec.region(),
                new S3Bucket(spec.bucket()),
                spec.pathStyle(),
                spec.options());
    }

    static S3Location of(
            @Nullable String endpointUrl,
            @Nullable String region,
            S3Bucket bucket,
            boolean pathStyle,
            S3Options options) {
        check(bucket);
        S3Bucket.AccessPoint point = bucket.accessPoint();
        if (point != null && pathStyle) {
            throw new IllegalArgumentException(
                    "pathStyle is not for the ARN of an access point, whose requests carry it in"
                            + " the host name: leave it out");
        }
        String given = region == null || region.isEmpty() ? DEFAULT_REGION : region;
        String inRegion = point == null ? given : point.region();
        if (endpointUrl == null || endpointUrl.isEmpty()) {
            AwsEndpoint provider = new AwsEndpoint(options.dualStack(), options.fips());
            return point == null
                    ? ofProvider(provider, inRegion, bucket.name(), pathStyle)
                    : new S3Location(
                            provider.ofAccessPoints(inRegion, point.partition()),
                            "",
                            inRegion,
                            bucket.name(),
                            false,
                            provider);
        }
        if (options.dualStack() || options.fips()) {
            throw new IllegalArgumentException(
                    (options.fips() ? "fips" : "dualStack")
                            + " chooses among AWS's own endpoints: leave endpoint out, or give the"
                            + " one that is meant");
        }
        return ofEndpoint(endpointUrl, inRegion, bucket.name(), pathStyle);
    }

    private static S3Location ofEndpoint(
            String url, String region, String bucket, boolean pathStyle) {
        Origin origin;
        try {
            origin = Origin.of(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("endpoint " + e.getMessage(), e);
        }
        String path = java.net.URI.create(url).getRawPath();
        String base = path == null ? "" : path;
        while (base.endsWith("/")) {
            base = base.substring(0, base.length() - 1);
        }
        boolean inPath =
                !bucket.startsWith("arn:")
                        && (pathStyle
                                || isAddress(origin.host())
                                || !isHost(bucket, origin.secure()));
        return new S3Location(origin, base, region, bucket, inPath, null);
    }

    private static S3Location ofProvider(
            AwsEndpoint provider, String region, String bucket, boolean pathStyle) {
        return new S3Location(
                provider.ofBuckets(region),
                "",
                region,
                bucket,
                pathStyle || !isHost(bucket, true),
                provider);
    }

    private static boolean isHost(String bucket, boolean secure) {
        return LABEL.matcher(bucket).matches()
                || (!secure
                        && LABELS.matcher(bucket).matches()
                        && !ADDRESS.matcher(bucket).matches());
    }

    private static void check(S3Bucket bucket) {
        String unsupported = bucket.unsupported();
        if (unsupported != null) {
            throw new IllegalArgumentException("bucket " + bucket.name() + " " + unsupported);
        }
        String name = bucket.name();
        if (bucket.isArn()) {
            return;
        }
        // Names of old buckets may contain upper case and underscores; a slash or a control
        // character would change the request.
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean fine =
                    c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '-' || c == '_');
            if (!fine) {
                throw new IllegalArgumentException("bucket is not the name of a bucket: " + name);
            }
        }
        if (name.isEmpty() || name.length() > 255 || name.startsWith(".")) {
            throw new IllegalArgumentException("bucket is not the name of a bucket: " + name);
        }
    }

    private static boolean isAddress(String host) {
        return host.indexOf(':') >= 0
                || host.equals("localhost")
                || ADDRESS.matcher(host).matches();
    }

    /// The same bucket in another region; null where it cannot be there.
    ///
    /// @throws IllegalArgumentException when that region has no endpoint of the kind that is wanted
    @Nullable S3Location in(String other) {
        if (bucket.startsWith("arn:")) {
            // The ARN has the region.
            return null;
        }
        return provider == null
                ? new S3Location(endpoint, basePath, other, bucket, pathStyle, null)
                : ofProvider(provider, other, bucket, pathStyle);
    }

    /// Destination of connections.
    Origin origin() {
        if (pathStyle) {
            return endpoint;
        }
        S3Bucket.AccessPoint point = new S3Bucket(bucket).accessPoint();
        String label = point == null ? bucket : point.point() + "-" + point.account();
        return endpoint.withHost(label + "." + endpoint.host());
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
