package dev.cistern.populate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminalCheckTest {
    @TempDir Path descriptors;

    private boolean redraws(String to, Map<String, String> environment) throws Exception {
        Path link = descriptors.resolve("2");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of(to));
        return TerminalCheck.redraws(link, environment);
    }

    @Test
    void aLineIsDrawnAgainOnATerminalAlone() throws Exception {
        for (String terminal : new String[] {"/dev/pts/3", "/dev/tty1", "/dev/console"}) {
            assertThat(redraws(terminal, Map.of("TERM", "xterm"))).as(terminal).isTrue();
            assertThat(redraws(terminal, Map.of())).as(terminal).isTrue();
        }
        for (String other :
                new String[] {"pipe:[4026]", "socket:[1]", "/dev/null", "/var/log/fill.log"}) {
            assertThat(redraws(other, Map.of("TERM", "xterm"))).as(other).isFalse();
        }
    }

    @Test
    void aTerminalWithoutControlSequencesGetsLines() throws Exception {
        assertThat(redraws("/dev/pts/3", Map.of("TERM", "dumb"))).isFalse();
    }
}
