package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.engine.Ranges.Division;
import dev.cistern.populate.engine.Ranges.Speed;
import org.junit.jupiter.api.Test;

class RangesTest {
    private static final long MIB = 1 << 20;
    private static final Speed FAR = new Speed(0.08, 25e6);
    private static final Speed NEAR = new Speed(0.0005, 800e6);

    @Test
    void anObjectIsFetchedWholeWhileAllStreamsHaveTwiceAsMuchToDo() {
        assertThat(Ranges.division(100 * MIB, 600 * MIB, 3)).isEqualTo(Division.IN_ORDER);
        assertThat(Ranges.division(100 * MIB, 599 * MIB, 3)).isEqualTo(Division.SHARED);
        assertThat(Ranges.division(16 * MIB, 0, 3)).isEqualTo(Division.IN_ORDER);
    }

    @Test
    void anObjectThatOneConnectionWouldTakeMinutesForIsShared() {
        assertThat(Ranges.division(512 * MIB, 1L << 40, 3)).isEqualTo(Division.IN_ORDER);
        assertThat(Ranges.division(512 * MIB + 1, 1L << 40, 3)).isEqualTo(Division.SHARED);
    }

    @Test
    void aStreamThatIsAloneAsksForAll() {
        assertThat(Ranges.chunk(1L << 40, 1, NEAR)).isEqualTo(Long.MAX_VALUE);
        assertThat(Ranges.end(0, 1L << 40, Long.MAX_VALUE)).isEqualTo(1L << 40);
        assertThat(Ranges.end(5, 1L << 40, Long.MAX_VALUE)).isEqualTo(1L << 40);
    }

    @Test
    void streamsTakeTheirShareOfWhatIsLeftAndNoMoreThanASecondsWorth() {
        assertThat(Ranges.chunk(4L << 30, 4, Speed.UNKNOWN)).isEqualTo(16 * MIB);
        assertThat(Ranges.chunk(4L << 30, 4, NEAR)).isEqualTo(64 * MIB);
        assertThat(Ranges.chunk(4L << 30, 4, FAR)).isEqualTo(25_000_000);
        assertThat(Ranges.chunk(2L << 30, 128, FAR)).isEqualTo(16 * MIB);
        assertThat(Ranges.chunk(100 * MIB, 128, FAR)).isEqualTo(4_000_000);
        assertThat(Ranges.chunk(100 * MIB, 128, NEAR)).isEqualTo(2 * MIB);
    }

    @Test
    void rangesEndOnBlocksAndLeaveNothingBehindThatIsTooLittle() {
        assertThat(Ranges.end(0, 100 * MIB, 16 * MIB)).isEqualTo(16 * MIB);
        assertThat(Ranges.end(3 * MIB, 100 * MIB, 16 * MIB)).isEqualTo(16 * MIB);
        assertThat(Ranges.end(0, 20 * MIB, 16 * MIB)).isEqualTo(20 * MIB);
        assertThat(Ranges.end(16 * MIB + 5, 100 * MIB, 3 * MIB)).isEqualTo(19 * MIB);
        assertThat(Ranges.end(16 * MIB, 100 * MIB, 1)).isEqualTo(17 * MIB);
    }

    @Test
    void aRangeIsSharedWhereThatEndsTheWholeSooner() {
        // 64 MiB at 25 MB/s take 2.7 s.
        long end = Ranges.shortened(0, 64 * MIB, 64 * MIB, 64, FAR);
        assertThat(end).isBetween(3 * MIB, 8 * MIB);
        assertThat(end % MIB).isZero();
        // 6 MiB take a quarter of a second; another request would need a third of it.
        assertThat(Ranges.shortened(0, 6 * MIB, 6 * MIB, 64, FAR)).isEqualTo(6 * MIB);
        // Here it would be done before another connection is made.
        assertThat(Ranges.shortened(0, 64 * MIB, 64 * MIB, 4, NEAR)).isEqualTo(64 * MIB);
    }
}
