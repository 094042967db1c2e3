package dev.cistern.populate.cli;

import dev.cistern.populate.Stores;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.ArchiveFormat;
import dev.cistern.populate.wire.StoreSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// Options of `cistern fill`.
///
/// @param store the source
/// @param directory to fill
/// @param include globs
/// @param exclude globs
/// @param unpack format of the objects, which are archives; null where they are copied as they are
/// @param bytesPerSecond rate limit; 0 means none
/// @param connections number of streams; 0 lets the engine tune it
/// @param memoryBytes memory limit; 0 means the default
/// @param verify whether digests are compared
/// @param sync whether success waits until everything is durable
/// @param listFirst whether everything is listed before the first byte is copied
/// @param transport has no effect any more; null where it is not given
/// @param json whether the result is printed as JSON
/// @param quiet whether progress is not shown
record FillOptions(
        StoreSpec store,
        String directory,
        List<String> include,
        List<String> exclude,
        @Nullable ArchiveFormat unpack,
        long bytesPerSecond,
        int connections,
        long memoryBytes,
        boolean verify,
        boolean sync,
        boolean listFirst,
        @Nullable String transport,
        boolean json,
        boolean quiet) {

    /// Adds the options to a command: those of all stores, too, which [FillHelp] shows by store.
    static void addTo(CommandSpec command) {
        command.addOption(
                repeated(
                                "--include",
                                "copy only what matches; may be repeated; ** crosses directories")
                        .converters(OptionValue::included)
                        .build());
        command.addOption(
                repeated(
                                "--exclude",
                                "leave out what matches; may be repeated; wins over --include")
                        .converters(OptionValue::excluded)
                        .build());
        command.addOption(
                value(
                                "--unpack",
                                "FORMAT",
                                "SOURCE is an archive, or a tree of some: tar, tar.gz, tar.zst or"
                                        + " zip; copy what is in it")
                        .type(ArchiveFormat.class)
                        .converters(OptionValue::archive)
                        .build());
        command.addOption(
                value("--limit-rate", "SIZE", "bytes per second in all, such as 50M")
                        .type(Long.class)
                        .converters(OptionValue::size)
                        .build());
        command.addOption(
                value("--connections", "N", "1 to 512 (default: adapts while copying)")
                        .type(Integer.class)
                        .converters(OptionValue::connections)
                        .build());
        command.addOption(
                value(
                                "--memory",
                                "SIZE",
                                "what the process may use (default: the container's limit; 256M"
                                        + " where there is none)")
                        .type(Long.class)
                        .converters(OptionValue::memory)
                        .build());
        command.addOption(flag("--no-verify", "compare sizes only, not digests").build());
        command.addOption(flag("--no-sync", "do not wait until everything is on the disk").build());
        command.addOption(
                flag("--list-first", "compare the sizes with the free space before the first byte")
                        .build());
        command.addOption(
                value("--transport", "NAME", "no effect any more: direct or sdk")
                        .converters(OptionValue::transport)
                        .build());
        command.addOption(flag("--json", "print the result as JSON").build());
        command.addOption(flag("--quiet", "show no progress").build());
        addStoresTo(command);
    }

    /// Adds the options of all stores.
    static void addStoresTo(CommandSpec command) {
        for (StoreCommandLine store : Stores.commandLines()) {
            for (StoreOption option : store.options()) {
                if (!command.optionsMap().containsKey(option.name())) {
                    command.addOption(of(option).hidden(true).build());
                }
            }
        }
    }

    /// An option of a store.
    static OptionSpec.Builder of(StoreOption option) {
        return option.value() == null
                ? flag(option.name(), option.help())
                : value(option.name(), option.value(), option.help())
                        .converters(OptionValue::present);
    }

    static OptionSpec.Builder flag(String name, String help) {
        return OptionSpec.builder(name).type(boolean.class).arity("0").description(help);
    }

    static OptionSpec.Builder value(String name, String label, String help) {
        return OptionSpec.builder(name)
                .type(String.class)
                .arity("1")
                .paramLabel(label)
                .description(help);
    }

    static OptionSpec.Builder repeated(String name, String help) {
        return value(name, "GLOB", help).type(List.class).auxiliaryTypes(String.class);
    }

    /// Reads a parsed command line.
    ///
    /// @param environment used where an option is not given
    /// @throws UsageException naming the invalid argument or variable, and what to give instead
    static FillOptions of(ParseResult given, Map<String, String> environment)
            throws UsageException {
        String directory = given.matchedPositionalValue(1, "");
        if (directory.isEmpty()) {
            throw new UsageException("the directory is empty; . is the current one");
        }
        return new FillOptions(
                store(given, environment),
                directory,
                given.matchedOptionValue("--include", List.of()),
                given.matchedOptionValue("--exclude", List.of()),
                given.matchedOptionValue("--unpack", null),
                given.matchedOptionValue("--limit-rate", 0L),
                given.matchedOptionValue("--connections", 0),
                given.matchedOptionValue("--memory", 0L),
                !given.hasMatchedOption("--no-verify"),
                !given.hasMatchedOption("--no-sync"),
                given.hasMatchedOption("--list-first"),
                given.matchedOptionValue("--transport", null),
                given.hasMatchedOption("--json"),
                given.hasMatchedOption("--quiet"));
    }

    /// The source that the first operand names.
    ///
    /// @param environment used where an option is not given
    /// @throws UsageException naming the invalid argument or variable, and what to give instead
    static StoreSpec store(ParseResult given, Map<String, String> environment)
            throws UsageException {
        String source = given.matchedPositionalValue(0, "");
        for (StoreCommandLine store : Stores.commandLines()) {
            if (store.schemes().stream().anyMatch(source::startsWith)) {
                return store.spec(source, arguments(given, store), environment);
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

    private static StoreArguments arguments(ParseResult given, StoreCommandLine store)
            throws UsageException {
        Map<String, String> values = new HashMap<>();
        for (OptionSpec option : given.matchedOptionsSet()) {
            String name = option.longestName();
            if (store.options().stream().anyMatch(known -> known.name().equals(name))) {
                values.put(name, option.arity().max() == 0 ? "" : option.getValue());
            } else if (option.hidden()) {
                throw new UsageException(
                        "there is no option " + name + " for a source " + store.form());
            }
        }
        return new StoreArguments(values);
    }
}
