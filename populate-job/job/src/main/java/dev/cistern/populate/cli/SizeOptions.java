package dev.cistern.populate.cli;

import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.StoreSpec;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParseResult;

/// Options of `cistern size`.
///
/// @param store the source
/// @param include globs
/// @param exclude globs
/// @param memoryBytes memory limit; 0 means the default
/// @param json whether the result is printed as JSON
/// @param quiet whether progress is not shown
record SizeOptions(
        StoreSpec store,
        List<String> include,
        List<String> exclude,
        long memoryBytes,
        boolean json,
        boolean quiet) {

    /// Adds operands, options and help to a command.
    static void addTo(CommandSpec command) {
        command.addPositional(FillHelp.source("what to measure: a form of source below"));
        UsageMessageSpec usage = command.usageMessage();
        usage.customSynopsis("cistern size SOURCE [OPTIONS]")
                .description(
                        "%nLists SOURCE as a fill would, with the same checks, and prints the"
                            + " number of its objects, their bytes, the largest one, and the"
                            + " smallest PVC that has room for them. Nothing is copied. Objects of"
                            + " unknown size are named as such, and not counted.%n")
                .sortOptions(false)
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(FillHelp.exitCodes(""))
                .footer("", FillHelp.PROXIES);
        FillHelp.addStoresTo(usage);
        command.addOption(
                FillOptions.repeated(
                                "--include",
                                "count only what matches; may be repeated; ** crosses directories")
                        .converters(OptionValue::included)
                        .build());
        command.addOption(
                FillOptions.repeated(
                                "--exclude",
                                "leave out what matches; may be repeated; wins over --include")
                        .converters(OptionValue::excluded)
                        .build());
        command.addOption(
                FillOptions.value(
                                "--memory",
                                "SIZE",
                                "what the process may use; what a listing needs beyond it is in"
                                        + " files in $TMPDIR, or /tmp (default: the container's"
                                        + " limit; 256M where there is none)")
                        .type(Long.class)
                        .converters(OptionValue::memory)
                        .build());
        command.addOption(FillOptions.flag("--json", "print the result as JSON").build());
        command.addOption(FillOptions.flag("--quiet", "show no progress").build());
        FillOptions.addStoresTo(command);
    }

    /// Reads a parsed command line.
    ///
    /// @param environment used where an option is not given
    /// @throws UsageException naming the invalid argument or variable, and what to give instead
    static SizeOptions of(ParseResult given, Map<String, String> environment)
            throws UsageException {
        return new SizeOptions(
                FillOptions.store(given, environment),
                given.matchedOptionValue("--include", List.of()),
                given.matchedOptionValue("--exclude", List.of()),
                given.matchedOptionValue("--memory", 0L),
                given.hasMatchedOption("--json"),
                given.hasMatchedOption("--quiet"));
    }
}
