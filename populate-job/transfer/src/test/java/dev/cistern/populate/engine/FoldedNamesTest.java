package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.testing.MemorySource;
import dev.cistern.populate.testing.MemoryTarget;
import dev.cistern.populate.wire.Verify;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Attempts on a volume that takes `A` and `a` for one name, such as ext4 with casefold.
class FoldedNamesTest {
    private static final FaultPoints KILLED =
            point -> {
                if (point == FaultPoints.Point.BEFORE_CLEANUP) {
                    throw new IllegalStateException("killed");
                }
            };

    private final MemoryTarget volume = MemoryTarget.folding();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// All with one content, and one time of change.
    private static MemorySource source(String text, String... paths) {
        MemorySource source = new MemorySource(1);
        for (String path : paths) {
            source.put(path, bytes(text));
        }
        return source;
    }

    private void fill(Source source, FaultPoints points)
            throws FillException, InterruptedException {
        FillRequest request =
                new FillRequest(
                        volume,
                        List.of(new FillRequest.Input(source, "", List.of(), List.of(), null)),
                        0,
                        Verify.FULL,
                        0,
                        2,
                        MemoryBudget.of(96 << 20),
                        true,
                        true,
                        new FillRequest.Timing(2000, 1000, 5, 50));
        new Fill(request, new Meter(), points).run();
    }

    private void killed(Source source) {
        assertThatThrownBy(() -> fill(source, KILLED)).hasMessage("killed");
    }

    /// The new name's file is there before the leftovers are removed.
    @ParameterizedTest
    @CsvSource({"A, a", "D/x, d/x", "D/ü, d/Ü"})
    void whatWasRenamedInTheSourceIsNoLeftover(String before, String now) throws Exception {
        killed(source("text", before, "y1", "y2"));
        CountDownLatch named = new CountDownLatch(1);
        FaultPoints sweepLate =
                point -> {
                    if (point == FaultPoints.Point.AFTER_RENAME) {
                        named.countDown();
                    } else if (point == FaultPoints.Point.LISTED) {
                        await(named);
                    }
                };

        // z is fetched in any case, so that a name is given however long the other waits.
        fill(source("text", now, "y1", "y2", "z"), sweepLate);

        assertThat(volume.content(now)).as(now).isEqualTo(bytes("text"));
        assertThat(volume.content("z")).isEqualTo(bytes("text"));
        assertThat(volume.names()).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({"D/X, d/x/y", "D/X/y, d/x"})
    void aFileThatIsATreeOfAnotherCaseGivesWayAndTheOtherWayRound(String before, String now)
            throws Exception {
        killed(source("text", before, "y"));

        fill(source("text", now, "y"), FaultPoints.NONE);

        assertThat(volume.content(now)).isEqualTo(bytes("text"));
        assertThat(volume.names()).hasSize(2);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatLiesThereByItsOldNameIsALeftoverWhenItIsGone() throws Exception {
        killed(source("text", "D/A", "y"));
        killed(source("text", "d/a", "y"));
        assertThat(volume.names().keySet()).containsExactly("D/A", "y");

        fill(source("text", "y"), FaultPoints.NONE);

        assertThat(volume.names().keySet()).containsExactly("y");
        assertThat(volume.directories()).isEmpty();
    }

    /// Size and time are those of the file that the journal vouches for.
    @Test
    void whatAnotherObjectReplacedIsFetchedAgain() throws Exception {
        killed(source("first", "A"));
        killed(source("other", "a"));

        fill(source("first", "A"), FaultPoints.NONE);

        assertThat(volume.content("A")).isEqualTo(bytes("first"));
    }
}
