package dev.cistern.populate.cli;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
              --connections N       1 to 64 (default: found while copying)
              --memory SIZE         what the process may use (default: the container's limit, at most 256M)
              --no-verify           compare sizes only, not digests
              --no-sync             do not wait until everything is on the disk
              --list-first          compare the sizes with the free space before the first byte
              --transport NAME      direct or sdk (default: direct)
              --ca-file FILE        trust these authorities, too (PEM)
              --insecure            accept any certificate
              --json                print the result as JSON
              --quiet               show no progress

            Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else the usual chain (profile, container, instance).
            Exit codes: 0 done, 1 failed and worth another try, 2 wrong command line, 3 failed for good.
            """;

    /// The command line is wrong; the message says how.
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message);
        }
    }

    private static final class Parsed {
        private final List<String> operands = new ArrayList<>();
        private final List<String> include = new ArrayList<>();
        private final List<String> exclude = new ArrayList<>();
        private @Nullable String endpoint;
        private @Nullable String region;
        private @Nullable Boolean pathStyle;
        private boolean anonymous;
        private long rate;
        private int connections;
        private long memory;
        private boolean verify = true;
        private boolean sync = true;
        private boolean listFirst;
        private @Nullable String transport;
        private @Nullable String caFile;
        private boolean insecure;
        private boolean json;
        private boolean quiet;

        private void take(String name, Values values) throws Wrong {
            switch (name) {
                case "--endpoint" -> endpoint = values.next();
                case "--region" -> region = values.next();
                case "--path-style" -> pathStyle = true;
                case "--virtual-host" -> pathStyle = false;
                case "--anonymous" -> anonymous = true;
                case "--include" -> include.add(values.next());
                case "--exclude" -> exclude.add(values.next());
                case "--limit-rate" -> rate = size(name, values.next());
                case "--connections" -> connections = connections(values.next());
                case "--memory" -> memory = memory(values.next());
                case "--no-verify" -> verify = false;
                case "--no-sync" -> sync = false;
                case "--list-first" -> listFirst = true;
                case "--transport" -> transport = values.next();
                case "--ca-file" -> caFile = values.next();
                case "--insecure" -> insecure = true;
                case "--json" -> json = true;
                case "--quiet" -> quiet = true;
                default -> throw new Wrong("there is no option " + name);
            }
        }
    }

    /// Gives an option's value: the next argument, or what stands after `=`.
    private interface Values {
        String next() throws Wrong;
    }

    static FillOptions of(String[] arguments, Map<String, String> environment) throws Wrong {
        Parsed parsed = new Parsed();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (!argument.startsWith("--")) {
                parsed.operands.add(argument);
                continue;
            }
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            int[] at = {i};
            parsed.take(
                    name,
                    () -> {
                        if (equals >= 0) {
                            return argument.substring(equals + 1);
                        }
                        if (at[0] + 1 == arguments.length) {
                            throw new Wrong(name + " needs a value");
                        }
                        return arguments[++at[0]];
                    });
            i = at[0];
        }
        return of(parsed, environment);
    }

    private static FillOptions of(Parsed parsed, Map<String, String> environment) throws Wrong {
        if (parsed.operands.size() != 2) {
            throw new Wrong("give a source and a directory: cistern fill s3://BUCKET/PREFIX DIR");
        }
        String source = parsed.operands.getFirst();
        if (!source.startsWith("s3://") || source.length() == 5) {
            throw new Wrong("the source must look like s3://BUCKET/PREFIX, not " + source);
        }
        int slash = source.indexOf('/', 5);
        String bucket = slash < 0 ? source.substring(5) : source.substring(5, slash);
        String prefix = slash < 0 ? "" : source.substring(slash + 1);
        String endpoint =
                first(
                        parsed.endpoint,
                        environment.get("AWS_ENDPOINT_URL_S3"),
                        environment.get("AWS_ENDPOINT_URL"));
        String region =
                first(
                        parsed.region,
                        environment.get("AWS_REGION"),
                        environment.get("AWS_DEFAULT_REGION"));
        if (endpoint != null && URI.create(endpoint).getScheme() == null) {
            throw new Wrong("--endpoint must start with http:// or https://");
        }
        Boolean style = parsed.pathStyle;
        return new FillOptions(
                bucket,
                prefix,
                parsed.operands.get(1),
                endpoint,
                region,
                style == null ? endpoint != null : style,
                parsed.anonymous,
                parsed.include,
                parsed.exclude,
                parsed.rate,
                parsed.connections,
                parsed.memory,
                parsed.verify,
                parsed.sync,
                parsed.listFirst,
                parsed.transport,
                parsed.caFile,
                parsed.insecure,
                parsed.json,
                parsed.quiet);
    }

    private static @Nullable String first(@Nullable String... values) {
        for (String value : values) {
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return null;
    }

    private static int connections(String text) throws Wrong {
        long number = size("--connections", text);
        if (number < 1 || number > 64) {
            throw new Wrong("--connections must be from 1 to 64");
        }
        return (int) number;
    }

    private static long memory(String text) throws Wrong {
        long bytes = size("--memory", text);
        if (bytes < 64L << 20) {
            throw new Wrong("--memory must be at least 64M");
        }
        return bytes;
    }

    /// A number, with K, M, G or T for powers of 1024.
    static long size(String name, String text) throws Wrong {
        String upper = text.toUpperCase(Locale.ROOT);
        int unit = upper.isEmpty() ? -1 : "KMGT".indexOf(upper.charAt(upper.length() - 1));
        String digits = unit < 0 ? upper : upper.substring(0, upper.length() - 1);
        try {
            long number = Long.parseLong(digits);
            if (number > 0 && number <= Long.MAX_VALUE >> 10 * (unit + 1)) {
                return number << 10 * (unit + 1);
            }
        } catch (NumberFormatException e) {
            throw new Wrong(name + " needs a number such as 64 or 50M, not " + text);
        }
        throw new Wrong(name + " needs a positive number such as 64 or 50M, not " + text);
    }
}
