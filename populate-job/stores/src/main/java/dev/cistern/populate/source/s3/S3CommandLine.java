package dev.cistern.populate.source.s3;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.S3Auth;
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
                    "--region", "NAME", "(default: AWS_REGION, AWS_DEFAULT_REGION, or us-east-1)");
    private static final StoreOption PATH_STYLE =
            new StoreOption(
                    "--path-style",
                    null,
                    "put the bucket in the path (default when --endpoint is given)");
    private static final StoreOption VIRTUAL_HOST =
            new StoreOption("--virtual-host", null, "put the bucket in the host name");

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
                StoreOption.ANONYMOUS,
                StoreOption.CA_FILE,
                StoreOption.INSECURE);
    }

    @Override
    public String credentials() {
        return """
        Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else the usual chain (profile, container, instance).
        """;
    }

    @Override
    public Class<? extends StoreSpec> specType() {
        return S3Spec.class;
    }

    @Override
    public S3Spec spec(String source, StoreArguments given, Map<String, String> environment)
            throws UsageException {
        int slash = source.indexOf('/', SCHEME.length());
        String bucket = source.substring(SCHEME.length(), slash < 0 ? source.length() : slash);
        if (!bucket.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}")) {
            throw new UsageException(
                    "the source must look like " + form() + ", not \"" + source + "\"");
        }
        String endpoint = endpoint(given, environment);
        return new S3Spec(
                endpoint,
                region(given, environment, endpoint == null),
                pathStyle(given, endpoint),
                given.tls(),
                bucket,
                slash < 0 ? "" : source.substring(slash + 1),
                given.has(StoreOption.ANONYMOUS)
                        ? new S3Auth.Anonymous()
                        : new S3Auth.DefaultChain());
    }

    private static @Nullable String endpoint(StoreArguments given, Map<String, String> environment)
            throws UsageException {
        String option = given.value(ENDPOINT);
        if (option != null) {
            return StoreArguments.endpoint(ENDPOINT.name(), option);
        }
        String name =
                StoreArguments.variable(environment, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
        return name == null
                ? null
                : StoreArguments.endpoint(name, environment.getOrDefault(name, ""));
    }

    private static @Nullable String region(
            StoreArguments given, Map<String, String> environment, boolean provider)
            throws UsageException {
        String option = given.value(REGION);
        if (option != null) {
            return region(REGION.name(), option, provider);
        }
        String name = StoreArguments.variable(environment, "AWS_REGION", "AWS_DEFAULT_REGION");
        return name == null ? null : region(name, environment.getOrDefault(name, ""), provider);
    }

    /// @param provider whether the provider's own host names are made of it; other stores' regions may be named more freely
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

    private static boolean pathStyle(StoreArguments given, @Nullable String endpoint)
            throws UsageException {
        boolean inPath = given.has(PATH_STYLE);
        boolean inHost = given.has(VIRTUAL_HOST);
        if (inPath && inHost) {
            throw new UsageException(
                    "--path-style and --virtual-host contradict each other: leave one of them out");
        }
        return inPath || (!inHost && endpoint != null);
    }
}
