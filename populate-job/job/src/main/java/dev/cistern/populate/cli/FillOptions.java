package dev.cistern.populate.cli;

import dev.cistern.populate.Stores;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.StoreSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a command line asks for.
///
/// @param store what to copy
/// @param directory to fill
/// @param include globs
/// @param exclude globs
/// @param bytesPerSecond 0 means no limit
/// @param connections 0 means that the engine finds it
/// @param memoryBytes 0 means the default
/// @param verify whether digests are compared
/// @param sync whether success waits for the disk
/// @param listFirst whether sizes are compared before the first byte is copied
/// @param transport has no effect any more; null where it is not given
/// @param json whether the result is printed as JSON
/// @param quiet whether progress is not shown
record FillOptions(
        StoreSpec store,
        String directory,
        List<String> include,
        List<String> exclude,
        long bytesPerSecond,
        int connections,
        long memoryBytes,
        boolean verify,
        boolean sync,
        boolean listFirst,
        @Nullable String transport,
        boolean json,
        boolean quiet) {

    private static final String HELP =
            """
            cistern fill SOURCE DIR [options]

            Copies every object of SOURCE into DIR, in parallel, verified and resumable: run it again after an interruption and
            it goes on where it was. A SOURCE without a trailing slash that names an object is that object.

              --include GLOB        copy only what matches; may be repeated; ** crosses directories
              --exclude GLOB        leave out what matches; may be repeated; wins over --include
              --limit-rate SIZE     bytes per second in all, such as 50M
              --connections N       1 to 512 (default: adapts while copying)
              --memory SIZE         what the process may use (default: the container's limit; 256M where there is none)
              --no-verify           compare sizes only, not digests
              --no-sync             do not wait until everything is on the disk
              --list-first          compare the sizes with the free space before the first byte
              --transport NAME      no effect any more: direct or sdk
              --json                print the result as JSON
              --quiet               show no progress

            """;

    private static final String HELP_END =
            """

            Proxies: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in upper or lower case; http://[USER:PASSWORD@]HOST:PORT.
            Exit codes: 0 done, 1 failed but may succeed when run again, 2 wrong command line, 3 failed for good.
            """;

    /// The text of `cistern fill --help`.
    static String help() {
        StringBuilder text = new StringBuilder(HELP);
        for (StoreCommandLine store : Stores.commandLines()) {
            text.append("SOURCE ").append(store.form()).append('\n');
            for (StoreOption option : store.options()) {
                String usage =
                        option.value() == null
                                ? option.name()
                                : option.name() + " " + option.value();
                text.append("  ")
                        .append(usage)
                        .append(" ".repeat(Math.max(1, 22 - usage.length())))
                        .append(option.help())
                        .append('\n');
            }
            text.append(store.credentials().indent(2));
        }
        return text.append(HELP_END).toString();
    }

    /// Reads a command line, without the name of the command.
    ///
    /// @param environment stands in for what is not given
    /// @throws UsageException naming the first argument or variable that is wrong, and what to give instead
    static FillOptions of(String[] arguments, Map<String, String> environment)
            throws UsageException {
        FillArguments given = FillArguments.of(arguments);
        if (given.operands.size() != 2) {
            throw new UsageException(
                    "give a source and a directory: cistern fill "
                            + Stores.commandLines().getFirst().form()
                            + " DIR");
        }
        String directory = given.operands.get(1);
        if (directory.isEmpty()) {
            throw new UsageException("the directory is empty; . is the current one");
        }
        return new FillOptions(
                store(given, environment),
                directory,
                given.include,
                given.exclude,
                given.rate,
                given.connections,
                given.memory,
                given.verify,
                given.sync,
                given.listFirst,
                given.transport,
                given.json,
                given.quiet);
    }

    private static StoreSpec store(FillArguments given, Map<String, String> environment)
            throws UsageException {
        String source = given.operands.getFirst();
        for (StoreCommandLine store : Stores.commandLines()) {
            if (store.schemes().stream().anyMatch(source::startsWith)) {
                for (String name : given.store.keySet()) {
                    if (store.options().stream().noneMatch(o -> o.name().equals(name))) {
                        throw new UsageException(
                                "there is no option " + name + " for a source " + store.form());
                    }
                }
                return store.spec(source, new StoreArguments(given.store), environment);
            }
        }
        throw new UsageException(
                "the source must look like "
                        + Stores.commandLines().stream()
                                .map(StoreCommandLine::form)
                                .collect(Collectors.joining(" or "))
                        + ", not \""
                        + Origin.shown(source)
                        + "\"");
    }
}
