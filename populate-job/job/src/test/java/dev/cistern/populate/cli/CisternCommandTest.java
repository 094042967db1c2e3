package dev.cistern.populate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CisternCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        out.reset();
        err.reset();
        return new CisternCommand(
                        Map.of(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help", ""})
    void theHelpListsTheCommands(String argument) {
        assertThat(argument.isEmpty() ? run() : run(argument)).isZero();
        assertThat(out())
                .startsWith("Usage: cistern COMMAND [OPTIONS]\n")
                .contains(
                        "  fill     copy a source into a directory\n",
                        "  size     tell how large a source is, and the PVC that it needs\n",
                        "  job ",
                        "  train ",
                        "  version ",
                        "cistern COMMAND --help");
        assertThat(err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "version"})
    void theReleaseIsPrinted(String argument) {
        assertThat(run(argument)).isZero();
        assertThat(out()).matches("cistern [^ ]+\n");
    }

    @Test
    void helpOfACommandIsThatCommandsHelp() {
        assertThat(run("help", "fill")).isZero();
        assertThat(out()).startsWith("Usage: cistern fill SOURCE DIR [OPTIONS]\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fil | there is no command fil; did you mean fill?",
                "copy | there is no command copy",
                "--quiet | there is no option --quiet"
            })
    void whatIsNoCommandIsNamed(String argument, String message) {
        assertThat(run(argument)).isEqualTo(2);
        assertThat(err()).startsWith("cistern: " + message).contains("Usage: cistern COMMAND");
        assertThat(out()).isEmpty();
    }
}
