package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RangesTest {
    private static final long MIB = 1 << 20;

    @Test
    void anObjectIsFetchedWholeWhileAllStreamsHaveTwiceAsMuchToDo() {
        assertThat(Ranges.whole(100 * MIB, 600 * MIB, 3)).isTrue();
        assertThat(Ranges.whole(100 * MIB, 599 * MIB, 3)).isFalse();
        assertThat(Ranges.whole(100 * MIB, 0, 1)).isFalse();
    }

    @Test
    void anObjectThatOneConnectionWouldTakeMinutesForIsDivided() {
        assertThat(Ranges.whole(512 * MIB, 1L << 40, 3)).isTrue();
        assertThat(Ranges.whole(512 * MIB + 1, 1L << 40, 3)).isFalse();
    }
}
