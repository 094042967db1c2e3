package dev.cistern.controller.population.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisplayTest {
    private static ProgressReport report(long done, long total, boolean isFinal) {
        return new ProgressReport(
                1, 1, Stage.COPYING, done, total, 0, 1, isFinal, 0, 0, 0, -1, null, null);
    }

    @Test
    void hundredPercentMeansEverything() {
        assertThat(Display.percent(report(999_999, 1_000_000, true))).isEqualTo(99);
        assertThat(Display.percent(report(1_000_000, 1_000_000, true))).isEqualTo(100);
        assertThat(Display.percent(report(1_000_000, 1_000_000, false))).isEqualTo(99);
        assertThat(Display.percent(report(0, 0, false))).isZero();
    }

    @Test
    void beforeTheListingEndsThePercentageIsNotShown() {
        assertThat(
                        Display.of(report(1 << 20, 3 << 20, false), java.time.Instant.EPOCH)
                                .getDisplay())
                .isEqualTo("1.0 MiB of 3.0 MiB+");
    }

    @ParameterizedTest
    @CsvSource({"-1,''", "0,0s", "59,59s", "725,12m5s", "12000,3h20m", "187200,2d4h"})
    void timesAreShort(long seconds, String text) {
        assertThat(Display.eta(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "1023,1023 B", "1024,1.0 KiB", "125829120,120 MiB", "1610612736,1.5 GiB"})
    void sizesAreBinary(long bytes, String text) {
        assertThat(Display.bytes(bytes)).isEqualTo(text);
    }
}
