package dev.cistern.populate.cli;

import dev.cistern.populate.Stores;
import dev.cistern.populate.store.StoreCommandLine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// The text of `cistern fill --help`, and the parts of it that other commands share.
final class FillHelp {
    /// The last paragraph.
    static final String PROXIES =
            "Proxies: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in upper or lower case;"
                    + " http://[USER:PASSWORD@]HOST:PORT.";

    private static final String STORES = "stores";

    private FillHelp() {}

    static void addTo(CommandSpec command) {
        command.addPositional(source("what to copy: a form of source below"));
        command.addPositional(
                PositionalParamSpec.builder()
                        .index("1")
                        .arity("1")
                        .required(true)
                        .type(String.class)
                        .paramLabel("DIR")
                        .description("directory to fill; created if needed")
                        .build());
        UsageMessageSpec usage = command.usageMessage();
        usage.customSynopsis("cistern fill SOURCE DIR [OPTIONS]")
                .description(
                        "%nCopies every object of SOURCE into DIR, in parallel, verified and"
                            + " resumable: run it again after an interruption and it continues. A"
                            + " SOURCE without a trailing slash that names an object is that"
                            + " object.%n")
                .sortOptions(false)
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(exitCodes(" to continue"))
                .footer("", PROXIES);
        addStoresTo(usage);
    }

    /// The first operand.
    static PositionalParamSpec source(String description) {
        return PositionalParamSpec.builder()
                .index("0")
                .arity("1")
                .required(true)
                .type(String.class)
                .paramLabel("SOURCE")
                .description(description)
                .build();
    }

    /// Adds the section about stores, before the exit codes.
    static void addStoresTo(UsageMessageSpec usage) {
        List<String> sections = new ArrayList<>(usage.sectionKeys());
        sections.add(sections.indexOf(UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST_HEADING), STORES);
        usage.sectionKeys(sections);
        usage.sectionMap().put(STORES, FillHelp::stores);
    }

    /// @param goesOn what happens when it is run again
    static Map<String, String> exitCodes(String goesOn) {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "done");
        codes.put("1", "failed, but may succeed when run again");
        codes.put("2", "invalid command line");
        codes.put("3", "failed, and would fail again");
        codes.put("130, 143", "stopped by SIGINT or SIGTERM; run it again" + goesOn);
        return codes;
    }

    /// The options and credentials of each store.
    private static String stores(Help help) {
        StringBuilder text = new StringBuilder();
        for (StoreCommandLine store : Stores.commandLines()) {
            CommandSpec options = CommandSpec.create();
            options.usageMessage()
                    .sortOptions(false)
                    .width(help.commandSpec().usageMessage().width());
            store.options().forEach(option -> options.addOption(FillOptions.of(option).build()));
            text.append("\nSOURCE ")
                    .append(store.form())
                    .append('\n')
                    .append(new Help(options, help.colorScheme()).optionList())
                    .append(store.credentials().indent(2));
        }
        return text.toString();
    }
}
