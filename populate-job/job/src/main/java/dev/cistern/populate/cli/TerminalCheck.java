package dev.cistern.populate.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Detects whether output goes to a terminal.
final class TerminalCheck {
    private TerminalCheck() {}

    /// Whether a line can be redrawn on a descriptor. The JDK only tells whether standard input and output are a
    /// terminal, and progress goes to standard error.
    ///
    /// @param descriptor link of an open file, as in `/proc/self/fd`
    /// @param environment whose `TERM` may say that the terminal has no control sequences
    static boolean redraws(Path descriptor, Map<String, String> environment) {
        if (environment.getOrDefault("TERM", "").equals("dumb")) {
            return false;
        }
        try {
            String to = Files.readSymbolicLink(descriptor).toString();
            return to.startsWith("/dev/pts/")
                    || to.startsWith("/dev/tty")
                    || to.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            Console console = System.console();
            return console != null && console.isTerminal();
        }
    }
}
