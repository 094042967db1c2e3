package dev.cistern.populate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.engine.Progress;
import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.Stage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
    private static final long MIB = 1 << 20;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private static ProgressReport report(
            Stage stage,
            long bytesDone,
            long bytesTotal,
            long filesDone,
            long filesTotal,
            boolean totalsFinal,
            long etaSeconds) {
        return new ProgressReport(
                1,
                1,
                stage,
                bytesDone,
                bytesTotal,
                filesDone,
                filesTotal,
                totalsFinal,
                bytesDone,
                0,
                2 * MIB,
                etaSeconds,
                null,
                null);
    }

    private static ProgressReport copying(long mebibytesDone, long etaSeconds) {
        return report(Stage.COPYING, mebibytesDone * MIB, 100 * MIB, 3, 10, true, etaSeconds);
    }

    private ProgressDisplay display(boolean terminal, long everyMillis) {
        PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
        return new ProgressDisplay(new Progress(new Meter(), 1), out, terminal, everyMillis);
    }

    private String shown() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTerminalSeesABar() {
        assertThat(ProgressDisplay.line(copying(50, 25), true))
                .isEqualTo(
                        "[############............] 50%  50.0 MiB of 100.0 MiB  3/10 files  2.0"
                                + " MiB/s  25 s left");
    }

    @Test
    void linesHaveNoBar() {
        assertThat(ProgressDisplay.line(copying(50, 90), false))
                .isEqualTo("50%  50.0 MiB of 100.0 MiB  3/10 files  2.0 MiB/s  1 min 30 s left");
    }

    @Test
    void anUnknownEndIsNotGuessed() {
        assertThat(ProgressDisplay.line(copying(50, -1), true)).endsWith("2.0 MiB/s");
        ProgressReport listing = report(Stage.LISTING, MIB, 2 * MIB, 1, 7, false, -1);
        for (boolean bar : new boolean[] {true, false}) {
            assertThat(ProgressDisplay.line(listing, bar))
                    .isEqualTo("Listing  1.0 MiB of 2.0 MiB so far  1/7 files  2.0 MiB/s");
        }
    }

    @Test
    void nothingButEmptyFilesAreCountedByFiles() {
        ProgressReport empty = report(Stage.COPYING, 0, 0, 1, 4, true, 0);
        assertThat(ProgressDisplay.line(empty, false))
                .isEqualTo("25%  0 B of 0 B  1/4 files  2.0 MiB/s");
        assertThat(ProgressDisplay.line(empty, true)).startsWith("[######..................] 25%");
    }

    @Test
    void nothingAtAllHasNoPercentage() {
        ProgressReport nothing = report(Stage.CHECKING, 0, 0, 0, 0, true, 0);
        assertThat(ProgressDisplay.line(nothing, true))
                .isEqualTo("Checking  0 B of 0 B  0/0 files  2.0 MiB/s");
    }

    @Test
    void theEndIsAFullBarAndNothingLeft() {
        assertThat(ProgressDisplay.line(copying(100, 0), true))
                .startsWith("[" + "#".repeat(24) + "] 100%  100.0 MiB of 100.0 MiB")
                .endsWith("2.0 MiB/s");
        ProgressReport almost = report(Stage.COPYING, 100 * MIB - 1, 100 * MIB, 9, 10, true, 1);
        assertThat(ProgressDisplay.line(almost, true)).contains(".] 99%");
    }

    @Test
    void moreThanEverythingIsEverything() {
        // Bytes that a retry fetches again count until the first ones are known to be corrupt.
        assertThat(ProgressDisplay.line(copying(130, 0), true))
                .startsWith("[" + "#".repeat(24) + "] 100%");
    }

    @Test
    void bytesAndTimesAreShort() {
        assertThat(List.of(0L, 1023L, 1024L, 1536L, MIB - 1, MIB, 1L << 40, Long.MAX_VALUE))
                .extracting(ProgressDisplay::bytes)
                .containsExactly(
                        "0 B",
                        "1023 B",
                        "1.0 KiB",
                        "1.5 KiB",
                        "1023.9 KiB",
                        "1.0 MiB",
                        "1.0 TiB",
                        "7.9 EiB");
        assertThat(List.of(1L, 59L, 60L, 3599L, 3600L, 90_061L))
                .extracting(ProgressDisplay::duration)
                .containsExactly(
                        "1 s", "59 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "25 h 1 min");
    }

    @Test
    void aTerminalsOneLineIsDrawnAgainAndClearedAtTheEnd() {
        try (ProgressDisplay display = display(true, 5)) {
            display.start();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> shown().chars().filter(c -> c == '\r').count() >= 4);
        }
        Screen screen = new Screen(200);
        screen.print(shown());
        assertThat(shown()).doesNotContain("\n").contains("Connecting");
        assertThat(screen.rowsUsed()).isEqualTo(1);
        assertThat(screen.row()).isBlank();
    }

    @Test
    void aNarrowTerminalStillHasOneLine() {
        try (ProgressDisplay display = display(true, 5)) {
            display.start();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> shown().chars().filter(c -> c == '\r').count() >= 4);
        }
        Screen screen = new Screen(20);
        screen.print(shown());
        assertThat(screen.rowsUsed()).isEqualTo(1);
        assertThat(screen.row()).isBlank();
        assertThat(screen.wraps()).isTrue();
    }

    @Test
    void elsewhereLinesComeAtABoundedRateAndWithoutControlCharacters() throws Exception {
        long everyMillis = 40;
        long begin = System.nanoTime();
        try (ProgressDisplay display = display(false, everyMillis)) {
            display.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> shown().lines().count() >= 3);
        }
        long millis = (System.nanoTime() - begin) / 1_000_000;
        assertThat(shown().lines().count()).isLessThanOrEqualTo(millis / everyMillis);
        assertThat(shown()).endsWith("\n").matches("[\\x20-\\x7e\\n]+");
        String atTheEnd = shown();
        Thread.sleep(3 * everyMillis);
        assertThat(shown()).isEqualTo(atTheEnd);
    }

    @Test
    void aDisplayThatWasNotStartedShowsNothing() {
        display(true, 1).close();
        display(false, 1).close();
        assertThat(shown()).isEmpty();
    }

    /// A terminal that implements the display's control characters: return, erase to end of line, and soft wraps.
    private static final class Screen {
        private final int width;
        private final StringBuilder row = new StringBuilder();
        private int column;
        private int rows = 1;
        private boolean wraps = true;

        Screen(int width) {
            this.width = width;
        }

        void print(String text) {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\r') {
                    column = 0;
                } else if (c == '\u001b') {
                    int end = i + 2;
                    while (!Character.isLetter(text.charAt(end))) {
                        end++;
                    }
                    control(text.substring(i + 1, end + 1));
                    i = end;
                } else {
                    put(c);
                }
            }
        }

        private void control(String sequence) {
            switch (sequence) {
                case "[K" -> row.setLength(Math.min(row.length(), column));
                case "[?7l" -> wraps = false;
                case "[?7h" -> wraps = true;
                default -> throw new AssertionError("unknown control sequence " + sequence);
            }
        }

        private void put(char c) {
            if (column == width) {
                if (wraps) {
                    rows++;
                    row.setLength(0);
                    column = 0;
                } else {
                    column--;
                }
            }
            while (row.length() <= column) {
                row.append(' ');
            }
            row.setCharAt(column++, c);
        }

        int rowsUsed() {
            return rows;
        }

        String row() {
            return row.toString();
        }

        boolean wraps() {
            return wraps;
        }
    }
}
