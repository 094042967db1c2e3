package dev.cistern.populate.source.s3;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Bucket;
import dev.cistern.populate.wire.S3Options;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.StoreSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `s3://BUCKET/PREFIX` and its options.
public final class S3CommandLine implements StoreCommandLine {
    private static final String SCHEME = "s3://";

    private static final StoreOption ENDPOINT =
            new StoreOption(
                    "--endpoint",
                    "URL",
                    "of the store (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or AWS itself)");
    private static final StoreOption REGION =
            new StoreOption(
                    "--region",
                    "NAME",
                    "(default: AWS_REGION, AWS_DEFAULT_REGION, the profile's, or us-east-1)");
    private static final StoreOption PATH_STYLE =
            new StoreOption(
                    "--path-style",
                    null,
                    "put the bucket in the path (default when --endpoint is given)");
    private static final StoreOption VIRTUAL_HOST =
            new StoreOption("--virtual-host", null, "put the bucket in the host name");
    private static final StoreOption DUAL_STACK =
            new StoreOption("--dual-stack", null, "use AWS's endpoints for IPv4 and IPv6");
    private static final StoreOption FIPS =
            new StoreOption("--fips", null, "use AWS's endpoints with FIPS 140 cryptography");
    private static final StoreOption REQUEST_PAYER =
            new StoreOption(
                    "--request-payer", null, "pay for the requests to a bucket that asks for it");
    private static final StoreOption CUSTOMER_KEY =
            new StoreOption(
                    "--sse-c-key",
                    "FILE",
                    "key of objects encrypted with SSE-C: 32 bytes, or these in Base64");

    @Override
    public List<String> schemes() {
        return List.of(SCHEME);
    }

    @Override
    public String form() {
        return "s3://BUCKET/PREFIX";
    }

    @Override
    public List<StoreOption> options() {
        return List.of(
                ENDPOINT,
                REGION,
                PATH_STYLE,
                VIRTUAL_HOST,
                DUAL_STACK,
                FIPS,
                REQUEST_PAYER,
                CUSTOMER_KEY,
                StoreOption.ANONYMOUS,
                StoreOption.CA_FILE,
                StoreOption.INSECURE);
    }

    @Override
    public String credentials() {
        return """
        Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else the usual chain (web identity, profile, container, instance).
        """;
    }

    @Override
    public Class<? extends StoreSpec> specType() {
        return S3Spec.class;
    }

    @Override
    public S3Spec spec(String source, StoreArguments given, Map<String, String> environment)
            throws UsageException {
        String path = source.substring(SCHEME.length());
        int end = S3Bucket.end(path);
        String bucket = path.substring(0, end);
        String unsupported = new S3Bucket(bucket).unsupported();
        if (unsupported != null) {
            throw new UsageException(bucket + " " + unsupported);
        }
        if (!bucket.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}")
                && new S3Bucket(bucket).accessPoint() == null) {
            throw new UsageException(
                    "the source must look like " + form() + ", not \"" + source + "\"");
        }
        AwsSettings settings = new AwsSettings(environment);
        String endpoint = endpoint(given, settings);
        boolean pathStyle = pathStyle(given, endpoint, bucket);
        S3Options options = options(given, settings, endpoint);
        return new S3Spec(
                endpoint,
                region(given, settings, endpoint == null),
                pathStyle,
                given.tls(),
                bucket,
                end == path.length() ? "" : path.substring(end + 1),
                given.has(StoreOption.ANONYMOUS)
                        ? new S3Auth.Anonymous()
                        : new S3Auth.DefaultChain(),
                options);
    }

    private static S3Options options(
            StoreArguments given, AwsSettings settings, @Nullable String endpoint)
            throws UsageException {
        for (StoreOption option : List.of(DUAL_STACK, FIPS)) {
            if (endpoint != null && given.has(option)) {
                throw new UsageException(
                        option.name()
                                + " chooses among AWS's own endpoints, and the endpoint is "
                                + endpoint
                                + ": leave one of them out");
            }
        }
        String key = given.value(CUSTOMER_KEY);
        for (StoreOption option : List.of(REQUEST_PAYER, CUSTOMER_KEY)) {
            if (given.has(option) && given.has(StoreOption.ANONYMOUS)) {
                throw new UsageException(
                        option.name() + " needs credentials: leave it or --anonymous out");
            }
        }
        // Settings for all of AWS's services do not concern another store.
        boolean aws = endpoint == null;
        return new S3Options(
                given.has(DUAL_STACK)
                        || (aws
                                && settings.flag(
                                        "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")),
                given.has(FIPS)
                        || (aws && settings.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")),
                given.has(REQUEST_PAYER),
                key);
    }

    private static @Nullable String endpoint(StoreArguments given, AwsSettings settings)
            throws UsageException {
        String option = given.value(ENDPOINT);
        if (option != null) {
            return StoreArguments.endpoint(ENDPOINT.name(), option);
        }
        AwsSettings.Found found =
                settings.first("endpoint_url", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
        return found == null ? null : StoreArguments.endpoint(found.name(), found.value());
    }

    private static @Nullable String region(
            StoreArguments given, AwsSettings settings, boolean provider) throws UsageException {
        String option = given.value(REGION);
        if (option != null) {
            return region(REGION.name(), option, provider);
        }
        AwsSettings.Found found = settings.first("region", "AWS_REGION", "AWS_DEFAULT_REGION");
        return found == null ? null : region(found.name(), found.value(), provider);
    }

    /// @param provider whether the region is part of the provider's host names; other stores' regions may be named more
    ///     freely
    private static String region(String name, String text, boolean provider) throws UsageException {
        if (!text.matches(provider ? "[a-z0-9-]{1,63}" : "[A-Za-z0-9._-]{1,63}")) {
            throw new UsageException(
                    name
                            + " needs letters, digits and dashes such as eu-west-3, not \""
                            + text
                            + '"');
        }
        return text;
    }

    private static boolean pathStyle(StoreArguments given, @Nullable String endpoint, String bucket)
            throws UsageException {
        boolean inPath = given.has(PATH_STYLE);
        boolean inHost = given.has(VIRTUAL_HOST);
        if (inPath && inHost) {
            throw new UsageException(
                    "--path-style and --virtual-host contradict each other: leave one of them out");
        }
        boolean arn = new S3Bucket(bucket).isArn();
        if (arn && inPath) {
            throw new UsageException(
                    "--path-style is not for the ARN of an access point: leave it out");
        }
        return inPath || (!inHost && !arn && endpoint != null);
    }
}
