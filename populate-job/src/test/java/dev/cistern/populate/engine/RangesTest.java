package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.engine.Ranges.Division;
import org.junit.jupiter.api.Test;

class RangesTest {
    private static final long MIB = 1 << 20;

    @Test
    void anObjectIsFetchedWholeWhileAllStreamsHaveTwiceAsMuchToDo() {
        assertThat(Ranges.division(100 * MIB, 600 * MIB, 3)).isEqualTo(Division.IN_ORDER);
        assertThat(Ranges.division(100 * MIB, 599 * MIB, 3)).isEqualTo(Division.AT_ONCE);
        assertThat(Ranges.division(16 * MIB, 0, 3)).isEqualTo(Division.IN_ORDER);
    }

    @Test
    void anObjectThatOneConnectionWouldTakeMinutesForIsDivided() {
        assertThat(Ranges.division(512 * MIB, 1L << 40, 3)).isEqualTo(Division.IN_ORDER);
        assertThat(Ranges.division(512 * MIB + 1, 1L << 40, 3)).isEqualTo(Division.AT_ONCE);
    }

    @Test
    void anObjectIsNotDividedBeforeThereIsASecondStream() {
        assertThat(Ranges.division(100 * MIB, 0, 1)).isEqualTo(Division.WHEN_SHARED);
        assertThat(Ranges.division(1L << 40, 0, 1)).isEqualTo(Division.WHEN_SHARED);
        assertThat(Ranges.division(16 * MIB, 0, 1)).isEqualTo(Division.IN_ORDER);
    }
}
