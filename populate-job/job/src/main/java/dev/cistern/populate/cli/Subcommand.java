package dev.cistern.populate.cli;

import dev.cistern.populate.store.UsageException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// A subcommand of `cistern`.
interface Subcommand {
    /// Its name on the command line.
    String name();

    /// One line for the list of commands.
    String summary();

    /// A new model of its options, operands and help.
    CommandSpec spec();

    /// Its operands, as the message about a wrong number of them asks for them.
    String operands();

    /// Runs it; returns the exit code.
    ///
    /// @throws UsageException when the arguments are invalid, before anything was done
    int run(ParseResult given) throws UsageException;
}
