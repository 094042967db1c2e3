package dev.cistern.populate.wire;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The bucket of a request: the bucket's name, an access point's alias, which looks like one, or an access point's ARN.
///
/// @param name as written, such as `models` or `arn:aws:s3:us-west-2:123456789012:accesspoint/models`
public record S3Bucket(String name) {
    /// `arn:aws:s3:us-west-2:123456789012:accesspoint/models`; its last separator may be a colon, too.
    private static final Pattern ACCESS_POINT =
            Pattern.compile(
                    "arn:(aws[a-z-]*):s3:([a-z0-9-]+):([0-9]{12}):accesspoint[:/]([a-z0-9][a-z0-9-]{1,48}[a-z0-9])");

    /// The part of a path that an ARN takes: its resource has one separator.
    private static final Pattern ARN =
            Pattern.compile("arn:[^:/]*:[^:/]*:[^:/]*:[^:/]*:[^:/]*[:/][^:/]*");

    private static final Pattern S3_ARN =
            Pattern.compile("arn:[^:]*:(s3[a-z-]*):([^:]*):[^:]*:(.*)");

    /// An access point, parsed from its ARN.
    ///
    /// @param partition such as `aws-cn`
    /// @param region of the access point
    /// @param account number of its owner
    /// @param point its name
    public record AccessPoint(String partition, String region, String account, String point) {}

    /// Parses a path: the end of its bucket. The rest is empty, or a slash and the prefix.
    ///
    /// @param path without a scheme, such as `models/llama/`
    public static int end(String path) {
        Matcher arn = ARN.matcher(path);
        if (arn.lookingAt()) {
            return arn.end();
        }
        int slash = path.indexOf('/');
        return slash < 0 ? path.length() : slash;
    }

    /// Whether the name is an ARN, supported or not.
    public boolean isArn() {
        return name.startsWith("arn:");
    }

    /// The access point of an ARN; null for a name, or an ARN that is not supported.
    public @Nullable AccessPoint accessPoint() {
        Matcher arn = ACCESS_POINT.matcher(name);
        return arn.matches()
                ? new AccessPoint(arn.group(1), arn.group(2), arn.group(3), arn.group(4))
                : null;
    }

    /// Why this cannot be read, and what to write instead; null when it can. Covers AWS's special bucket names only.
    public @Nullable String unsupported() {
        if (name.endsWith("--x-s3") || name.endsWith("--xa-s3")) {
            return "is a directory bucket (S3 Express One Zone), which this version does not read:"
                    + " its requests need sessions of their own and its listings have no order;"
                    + " copy the data to a general purpose bucket";
        }
        if (name.endsWith("--ol-s3")) {
            return objectLambda();
        }
        if (name.endsWith("--op-s3")) {
            return outposts();
        }
        if (name.endsWith(".mrap")) {
            return multiRegion();
        }
        return isArn() ? unsupportedArn() : null;
    }

    private @Nullable String unsupportedArn() {
        if (accessPoint() != null) {
            return null;
        }
        Matcher arn = S3_ARN.matcher(name);
        if (!arn.matches()) {
            return "is not the ARN of an access point; "
                    + "write arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME, or a bucket's name";
        }
        return switch (arn.group(1)) {
            case "s3-object-lambda" -> objectLambda();
            case "s3-outposts" -> outposts();
            case "s3express" ->
                    "is of S3 Express One Zone, which this version does not read: copy the data to"
                            + " a general purpose bucket";
            default ->
                    arn.group(3).matches("accesspoint[:/].*") && arn.group(2).isEmpty()
                            ? multiRegion()
                            : arn.group(3).contains(":") || arn.group(3).contains("/")
                                    ? "is not the ARN of an access point as AWS writes it:"
                                            + " arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME"
                                    : "is the ARN of a bucket; write the bucket's name: "
                                            + arn.group(3);
        };
    }

    private static String objectLambda() {
        return "is an Object Lambda access point, which this version does not read: its objects are"
                + " made while they are read, with no length and no checksum to verify them by;"
                + " name the access point or the bucket behind it";
    }

    private static String outposts() {
        return "is on S3 on Outposts, which this version does not read: its requests are signed for"
                + " a service of their own; copy the data to a bucket of the Region";
    }

    private static String multiRegion() {
        return "is a multi-Region access point, which this version does not read: its requests need"
                + " AWS's signature version 4A; name the bucket, or an access point, of the"
                + " nearest Region";
    }
}
