package dev.cistern.populate.cli;

import dev.cistern.environment.Environment;
import dev.cistern.populate.Variables;
import dev.cistern.populate.Version;
import dev.cistern.populate.store.UsageException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The `cistern` command: parses its arguments and runs a [Subcommand].
///
/// picocli parses them and formats the help. Its model is built by calls, not found in annotations, so that nothing
/// depends on reflection.
public final class CisternCommand {
    private static final String NAME = "cistern";

    /// Exit code of an invalid command line.
    private static final int USAGE = 2;

    private static final int HELP_COLUMNS = 120;

    private static final List<String> HELP = List.of("--help", "-h");

    private final Environment environment;
    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, Subcommand> subcommands = new LinkedHashMap<>();

    /// @param environment variables of the process
    /// @param out receives results and help
    /// @param err receives progress, warnings and errors
    public CisternCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = Environment.of(environment, Variables.CHANGED);
        this.out = out;
        this.err = err;
        Stream.of(
                        new FillCommand(this.environment.variables(), out, err),
                        new SizeCommand(this.environment.variables(), out, err))
                .forEach(subcommand -> subcommands.put(subcommand.name(), subcommand));
    }

    /// Runs the command.
    ///
    /// @return the exit code: 2 for an invalid command line, else the subcommand's
    public int run(String... arguments) {
        if (arguments.length == 0) {
            return run("--help");
        }
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        if (arguments[0].equals("help")) {
            return run(
                    Stream.concat(Arrays.stream(rest), Stream.of("--help")).toArray(String[]::new));
        }
        if (arguments[0].equals("version") || arguments[0].equals("--version")) {
            out.println(NAME + " " + Version.number());
            return 0;
        }
        Subcommand subcommand = subcommands.get(arguments[0]);
        return subcommand == null ? runRoot(arguments) : run(subcommand, rest);
    }

    private int runRoot(String[] arguments) {
        CommandLine line = configured(rootSpec());
        if (HELP.contains(arguments[0])) {
            out.print(line.getUsageMessage());
            return 0;
        }
        err.println(NAME + ": " + notACommand(arguments[0], line));
        err.print(line.getUsageMessage());
        return USAGE;
    }

    private static String notACommand(String argument, CommandLine root) {
        if (argument.startsWith("-")) {
            return "there is no option " + argument + "; the command comes first";
        }
        List<String> similar =
                new UnmatchedArgumentException(root, List.of(argument)).getSuggestions();
        return "there is no command " + argument + suggested(similar);
    }

    int run(Subcommand subcommand, String... arguments) {
        String name = NAME + " " + subcommand.name();
        CommandLine line = configured(subcommand.spec().name(name));
        // Whatever else is wrong.
        if (Arrays.stream(arguments).anyMatch(HELP::contains)) {
            out.print(line.getUsageMessage());
            return 0;
        }
        environment.warnings().forEach(warning -> err.println(NAME + ": " + warning));
        try {
            return subcommand.run(parsed(line, subcommand, arguments));
        } catch (UsageException e) {
            err.println(name + ": " + e.getMessage());
            err.println("`" + name + " --help` lists the options");
            return USAGE;
        }
    }

    /// Parses the arguments of a subcommand.
    static ParseResult parsed(Subcommand subcommand, String... arguments) throws UsageException {
        return parsed(configured(subcommand.spec()), subcommand, arguments);
    }

    private static ParseResult parsed(CommandLine line, Subcommand subcommand, String... arguments)
            throws UsageException {
        for (int i = 0; i + 1 < arguments.length && !arguments[i].equals("--"); i++) {
            OptionSpec option = line.getCommandSpec().findOption(arguments[i]);
            if (option != null && option.arity().max() > 0 && arguments[i + 1].startsWith("--")) {
                throw new UsageException(
                        option.longestName()
                                + " needs a value; write "
                                + option.longestName()
                                + "=VALUE for one that begins with --");
            }
        }
        try {
            return line.parseArgs(arguments);
        } catch (ParameterException e) {
            throw new UsageException(explained(e, subcommand.operands()));
        }
    }

    private static CommandLine configured(CommandSpec spec) {
        spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("show this text")
                        .build());
        // picocli remarks on an option that is given twice; the last one counts.
        CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
        return new CommandLine(spec)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setUsageHelpWidth(HELP_COLUMNS)
                .setExpandAtFiles(false)
                .setInterpolateVariables(false)
                .setOverwrittenOptionsAllowed(true)
                .setPosixClusteredShortOptionsAllowed(false);
    }

    private CommandSpec rootSpec() {
        CommandSpec spec = CommandSpec.create().name(NAME);
        spec.usageMessage()
                .customSynopsis("cistern COMMAND [OPTIONS]")
                .description("Fills directories from object stores.")
                .commandListHeading("%nCommands:%n")
                .footer("", "`cistern COMMAND --help` explains a command.");
        subcommands.forEach(
                (name, subcommand) -> spec.addSubcommand(name, described(subcommand.summary())));
        spec.addSubcommand("job", described("the populate Job: does what CISTERN_RUN specifies"));
        spec.addSubcommand(
                "train", described("a small fill from a local server, for the AOT cache"));
        spec.addSubcommand("version", described("print the release"));
        return spec;
    }

    private static CommandSpec described(String description) {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage().description(description);
        return spec;
    }

    /// A message that names the argument, and what to give instead.
    ///
    /// @param operands that are asked for
    private static String explained(ParameterException e, String operands) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().getFirst();
            String problem =
                    first.startsWith("-")
                            ? "there is no option " + first
                            : "give " + operands + ", not also \"" + first + '"';
            return problem + suggested(unmatched.getSuggestions());
        }
        if (e instanceof MaxValuesExceededException) {
            // Of a flag: --quiet=yes
            return String.valueOf(e.getMessage());
        }
        ArgSpec argument =
                e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()
                        ? missing.getMissing().getFirst()
                        : e.getArgSpec();
        if (!(argument instanceof OptionSpec option)) {
            return "give " + operands;
        }
        if (e instanceof MissingParameterException) {
            return option.longestName() + " needs a value";
        }
        return e.getCause() instanceof TypeConversionException invalid
                ? option.longestName() + " " + invalid.getMessage()
                : String.valueOf(e.getMessage());
    }

    private static String suggested(List<String> similar) {
        return similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?";
    }
}
