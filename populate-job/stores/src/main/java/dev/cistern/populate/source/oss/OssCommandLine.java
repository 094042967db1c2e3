package dev.cistern.populate.source.oss;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.OssAddressing;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.OssSpec;
import dev.cistern.populate.wire.StoreSpec;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `oss://BUCKET/PREFIX` and its options, named as ossutil has them.
public final class OssCommandLine implements StoreCommandLine {
    private static final String SCHEME = "oss://";
    private static final String ENDPOINT_VARIABLE = "OSS_ENDPOINT";
    private static final String REGION_VARIABLE = "OSS_REGION";

    /// Endpoints of OSS name their region; that of transfer acceleration names none.
    private static final Pattern REGION_OF_ENDPOINT =
            Pattern.compile(
                    "(?:[a-z0-9.-]*\\.)?oss-((?!accelerate)[a-z]+(?:-[a-z0-9]+)+?)(?:-internal)?\\.aliyuncs\\.com");

    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

    private static final StoreOption ENDPOINT =
            new StoreOption(
                    "--endpoint",
                    "URL",
                    "of the store, or its host name (default: "
                            + ENDPOINT_VARIABLE
                            + ", or the region's)");
    private static final StoreOption REGION =
            new StoreOption(
                    "--region",
                    "NAME",
                    "(default: " + REGION_VARIABLE + ", or the one that the endpoint names)");
    private static final StoreOption ADDRESSING =
            new StoreOption(
                    "--addressing-style",
                    "STYLE",
                    "where the bucket is named: virtual, path or cname");
    private static final StoreOption STS_ENDPOINT =
            new StoreOption(
                    "--sts-endpoint",
                    "URL",
                    "of the Security Token Service (default: the region's)");
    private static final StoreOption REQUEST_PAYER =
            new StoreOption("--request-payer", null, "pay for requests and traffic");

    @Override
    public List<String> schemes() {
        return List.of(SCHEME);
    }

    @Override
    public String form() {
        return "oss://BUCKET/PREFIX";
    }

    @Override
    public List<StoreOption> options() {
        return List.of(
                ENDPOINT,
                REGION,
                ADDRESSING,
                REQUEST_PAYER,
                STS_ENDPOINT,
                StoreOption.ANONYMOUS,
                StoreOption.CA_FILE,
                StoreOption.INSECURE);
    }

    @Override
    public String credentials() {
        return """
        Credentials: OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and, with temporary keys, OSS_SESSION_TOKEN; else
        ALIBABA_CLOUD_ACCESS_KEY_ID and so on, or the role of the pod's ServiceAccount (RRSA).
        """;
    }

    @Override
    public Class<? extends StoreSpec> specType() {
        return OssSpec.class;
    }

    @Override
    public OssSpec spec(String source, StoreArguments given, Map<String, String> environment)
            throws UsageException {
        BucketSource named = bucketSource(source, BUCKET);
        boolean anonymous = given.has(StoreOption.ANONYMOUS);
        if (anonymous && given.has(REQUEST_PAYER)) {
            throw new UsageException(
                    "--anonymous has nobody to bill: leave it or --request-payer out");
        }
        String endpoint = endpoint(given, environment);
        return new OssSpec(
                endpoint,
                region(given, environment, endpoint),
                addressing(given),
                given.tls(),
                named.bucket(),
                named.prefix(),
                given.has(REQUEST_PAYER),
                anonymous ? new OssAuth.Anonymous() : new OssAuth.Environment(tokens(given)));
    }

    private static @Nullable String tokens(StoreArguments given) throws UsageException {
        String url = given.value(STS_ENDPOINT);
        return url == null ? null : StoreArguments.endpoint(STS_ENDPOINT.name(), url);
    }

    /// Host names are written as often as URLs; they mean TLS.
    private static @Nullable String endpoint(StoreArguments given, Map<String, String> environment)
            throws UsageException {
        String option = given.value(ENDPOINT);
        String text = option == null ? environment.getOrDefault(ENDPOINT_VARIABLE, "") : option;
        if (option == null && text.isEmpty()) {
            return null;
        }
        return StoreArguments.endpoint(
                option == null ? ENDPOINT_VARIABLE : ENDPOINT.name(),
                text.contains("://") ? text : "https://" + text);
    }

    private static String region(
            StoreArguments given, Map<String, String> environment, @Nullable String endpoint)
            throws UsageException {
        String option = given.value(REGION);
        String text = option == null ? environment.getOrDefault(REGION_VARIABLE, "") : option;
        if (option == null && text.isEmpty()) {
            String host = endpoint == null ? null : URI.create(endpoint).getHost();
            Matcher named = REGION_OF_ENDPOINT.matcher(host == null ? "" : host);
            if (named.matches()) {
                return named.group(1);
            }
            throw new UsageException(
                    "the bucket's region is not known: give --region or set "
                            + REGION_VARIABLE
                            + ", such as cn-hangzhou");
        }
        if (!text.matches("[a-z0-9-]{1,64}")) {
            throw new UsageException(
                    (option == null ? REGION_VARIABLE : REGION.name())
                            + " needs letters, digits and dashes such as cn-hangzhou, not \""
                            + text
                            + '"');
        }
        return text;
    }

    private static @Nullable OssAddressing addressing(StoreArguments given) throws UsageException {
        String style = given.value(ADDRESSING);
        if (style == null) {
            return null;
        }
        return Arrays.stream(OssAddressing.values())
                .filter(value -> value.wireName().equals(style))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        ADDRESSING.name()
                                                + " must be virtual, path or cname, not \""
                                                + style
                                                + '"'));
    }
}
