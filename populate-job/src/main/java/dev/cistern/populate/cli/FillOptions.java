package dev.cistern.populate.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a command line asks for.
///
/// @param bucket of the source
/// @param prefix of the source
/// @param directory to fill
/// @param endpoint URL; null means the provider's own
/// @param region null means the default
/// @param pathStyle whether the bucket is in the path
/// @param anonymous whether requests are not signed
/// @param include globs
/// @param exclude globs
/// @param bytesPerSecond 0 means no limit
/// @param connections 0 means that the engine finds it
/// @param memoryBytes 0 means the default
/// @param verify whether digests are compared
/// @param sync whether success waits for the disk
/// @param listFirst whether sizes are compared before the first byte is copied
/// @param transport `direct`, `sdk`, or null for the environment's choice
/// @param caFile PEM file; null means the platform's authorities alone
/// @param insecure whether any certificate is accepted
/// @param json whether the result is printed as JSON
/// @param quiet whether progress is not shown
record FillOptions(
        String bucket,
        String prefix,
        String directory,
        @Nullable String endpoint,
        @Nullable String region,
        boolean pathStyle,
        boolean anonymous,
        List<String> include,
        List<String> exclude,
        long bytesPerSecond,
        int connections,
        long memoryBytes,
        boolean verify,
        boolean sync,
        boolean listFirst,
        @Nullable String transport,
        @Nullable String caFile,
        boolean insecure,
        boolean json,
        boolean quiet) {

    static final String HELP =
            """
            cistern fill s3://BUCKET[/PREFIX] DIR [options]

            Copies every object below PREFIX into DIR, in parallel, verified and resumable: run it again after an
            interruption and it goes on where it was. A PREFIX without a trailing slash that names an object is that object.

              --endpoint URL        of the store (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or AWS itself)
              --region NAME         (default: AWS_REGION, AWS_DEFAULT_REGION, or us-east-1)
              --path-style          put the bucket in the path (default when --endpoint is given)
              --virtual-host        put the bucket in the host name
              --anonymous           do not sign requests
              --include GLOB        copy only what matches; may be repeated; ** crosses directories
              --exclude GLOB        leave out what matches; may be repeated; wins over --include
              --limit-rate SIZE     bytes per second in all, such as 50M
              --connections N       1 to 512 (default: adapts while copying)
              --memory SIZE         what the process may use (default: the container's limit; 256M where there is none)
              --no-verify           compare sizes only, not digests
              --no-sync             do not wait until everything is on the disk
              --list-first          compare the sizes with the free space before the first byte
              --transport NAME      direct or sdk (default: direct)
              --ca-file FILE        trust these authorities, too (PEM)
              --insecure            accept any certificate
              --json                print the result as JSON
              --quiet               show no progress

            Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else the usual chain (profile, container, instance).
            Proxies: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in upper or lower case; http://[USER:PASSWORD@]HOST:PORT.
            Exit codes: 0 done, 1 failed but may succeed when run again, 2 wrong command line, 3 failed for good.
            """;

    /// The command line is wrong; the message says how.
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message);
        }
    }

    /// Reads a command line, without the name of the command.
    ///
    /// @param environment stands in for what is not given
    /// @throws Wrong naming the first argument or variable that is wrong, and what to give instead
    static FillOptions of(String[] arguments, Map<String, String> environment) throws Wrong {
        FillArguments given = FillArguments.of(arguments);
        if (given.operands.size() != 2) {
            throw new Wrong("give a source and a directory: cistern fill s3://BUCKET/PREFIX DIR");
        }
        String source = given.operands.getFirst();
        String directory = given.operands.get(1);
        if (directory.isEmpty()) {
            throw new Wrong("the directory is empty; . is the current one");
        }
        int slash = source.indexOf('/', 5);
        String bucket =
                source.startsWith("s3://")
                        ? source.substring(5, slash < 0 ? source.length() : slash)
                        : "";
        if (!bucket.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}")) {
            throw new Wrong("the source must look like s3://BUCKET/PREFIX, not \"" + source + "\"");
        }
        String endpoint = endpoint(given, environment);
        String region = region(given, environment, endpoint == null);
        if (given.insecure && given.caFile != null) {
            throw new Wrong("--insecure makes --ca-file useless: leave one of them out");
        }
        Boolean style = given.pathStyle;
        return new FillOptions(
                bucket,
                slash < 0 ? "" : source.substring(slash + 1),
                directory,
                endpoint,
                region,
                style == null ? endpoint != null : style,
                given.anonymous,
                given.include,
                given.exclude,
                given.rate,
                given.connections,
                given.memory,
                given.verify,
                given.sync,
                given.listFirst,
                given.transport,
                given.caFile,
                given.insecure,
                given.json,
                given.quiet);
    }

    private static @Nullable String endpoint(FillArguments given, Map<String, String> environment)
            throws Wrong {
        if (given.endpoint != null) {
            return OptionValue.endpoint("--endpoint", given.endpoint);
        }
        String name = set(environment, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
        return name == null ? null : OptionValue.endpoint(name, environment.getOrDefault(name, ""));
    }

    private static @Nullable String region(
            FillArguments given, Map<String, String> environment, boolean provider) throws Wrong {
        if (given.region != null) {
            return OptionValue.region("--region", given.region, provider);
        }
        String name = set(environment, "AWS_REGION", "AWS_DEFAULT_REGION");
        return name == null
                ? null
                : OptionValue.region(name, environment.getOrDefault(name, ""), provider);
    }

    /// The first of the variables that is set and not empty; null where none is.
    private static @Nullable String set(Map<String, String> environment, String... names) {
        for (String name : names) {
            if (!environment.getOrDefault(name, "").isEmpty()) {
                return name;
            }
        }
        return null;
    }
}
