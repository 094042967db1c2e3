package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cistern.populate.engine.SimulatedFill.Store;
import dev.cistern.populate.engine.SimulatedFill.Work;
import dev.cistern.populate.engine.StreamCount.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamCountTest {
    private static final int MOST = 400;
    private static final long SAMPLE_NANOS = 100_000_000;
    private static final long MILLI = 1_000_000;

    /// Streams whose requests wait for the first byte and then work.
    private static Sample sample(int answers, long firstByteNanos, long workNanos, double idle) {
        return new Sample(
                SAMPLE_NANOS,
                new Traffic.Sums(
                        answers,
                        answers * firstByteNanos,
                        0,
                        0,
                        answers * (64L << 10),
                        0,
                        answers * workNanos),
                reading(idle));
    }

    private static CpuPressure.Reading reading(double idle) {
        return new CpuPressure.Reading(idle, 0);
    }

    @ParameterizedTest(name = "{0} processors, {1} ms to the first byte, {2} ms of work, {3} idle")
    @CsvSource({
        // Eleven times as many as there are processors, and three tenths more.
        "2, 10, 1, 0.9, 28",
        "1, 10, 1, 0.9, 14",
        // No more than sixteen times as many at once.
        "2, 80, 1, 0.9, 64",
        "8, 80, 0.1, 0.9, 64",
        // No more streams for a near store or busy processors.
        "2, 0.2, 0.5, 0.9, 4",
        "2, 2, 1, 0.2, 4",
        "2, 80, 1, 0.05, 4",
        "2, 80, 1, 0, 4"
    })
    void goesAtOnceToWhatKeepsTheProcessorsBusy(
            int processors, double firstByte, double work, double idle, int streams) {
        StreamCount count = new StreamCount(processors, 4);
        assertThat(
                        count.update(
                                sample(40, (long) (firstByte * MILLI), (long) (work * MILLI), idle),
                                MOST))
                .isEqualTo(streams);
    }

    @Test
    void oneStreamGrowsLikeFour() {
        assertThat(new StreamCount(2, 1).update(sample(10, 80 * MILLI, MILLI, 0.9), MOST))
                .isEqualTo(64);
    }

    @Test
    void bytesThatArrivedWhileTheFirstStreamWorkedAreNoMeasureOfWhatTheStoreBears() {
        // Measured: 80 MB/s for a connection, and half of that time the first stream's digest was
        // being compiled.
        StreamCount count = new StreamCount(2, 1);
        assertThat(
                        count.update(
                                new Sample(
                                        SAMPLE_NANOS / 2,
                                        body(1, 4 << 20, 17_400_000, 17_500_000),
                                        reading(0.6)),
                                MOST))
                .isEqualTo(12);
        for (int i = 0; i < 2; i++) {
            count.update(
                    new Sample(
                            SAMPLE_NANOS / 2,
                            body(0, 4 << 20, 50 * MILLI, 2 * MILLI),
                            reading(0.9)),
                    MOST);
        }
        Traffic.Sums since = body(0, 55_050_240, 600 * MILLI, 82 * MILLI);
        assertThat(count.update(new Sample(SAMPLE_NANOS / 2, since, reading(0.6)), MOST))
                .isGreaterThan(12);
    }

    private static Traffic.Sums body(int fresh, long bytes, long bodyNanos, long workNanos) {
        return new Traffic.Sums(0, 0, fresh, fresh * 50 * MILLI, bytes, bodyNanos, workNanos);
    }

    @Test
    void takesNoMoreThanThereMayBe() {
        assertThat(new StreamCount(2, 4).update(sample(4, 80 * MILLI, MILLI, 0.9), 20))
                .isEqualTo(20);
    }

    @Test
    void nothingThatHappenedChangesNothing() {
        assertThat(
                        new StreamCount(2, 4)
                                .update(
                                        new Sample(SAMPLE_NANOS, Traffic.Sums.ZERO, reading(1)),
                                        MOST))
                .isEqualTo(4);
    }

    @Test
    void whatTheStoreDoesNotBearIsTakenBack() {
        StreamCount count = new StreamCount(2, 4);
        assertThat(count.update(sample(40, 10 * MILLI, MILLI, 0.9), MOST)).isEqualTo(28);
        // Settling: what was asked before.
        count.update(sample(100, 10 * MILLI, MILLI, 0.9), MOST);
        count.update(sample(100, 10 * MILLI, MILLI, 0.9), MOST);
        // 28 streams wait four times as long as 4 did: the store serves about 6 at once.
        assertThat(count.update(sample(60, 40 * MILLI, MILLI, 0.9), MOST)).isEqualTo(10);
        for (int i = 0; i < 25; i++) {
            assertThat(count.update(sample(60, 12 * MILLI, MILLI, 0.9), MOST)).isEqualTo(10);
        }
    }

    @Test
    void streamsThatOnlyWaitForProcessorsEnd() {
        StreamCount count = new StreamCount(2, 4);
        count.update(sample(4, 80 * MILLI, MILLI, 0.9), MOST);
        assertThat(count.streams()).isEqualTo(64);
        count.update(sample(100, 80 * MILLI, MILLI, 0.9), MOST);
        // The store is near now, and each stream works most of its time.
        int before = 64;
        for (int i = 0; i < 20; i++) {
            int now = count.update(sample(2000, MILLI / 2, MILLI, 0), MOST);
            assertThat(now).isLessThanOrEqualTo(before);
            before = now;
        }
        assertThat(before).isBetween(4, 8);
    }

    @Test
    void whereTheDiskIsWaitedForTwiceAsManyAreTriedAndKeptIfTheyBringSomething() {
        StreamCount count = new StreamCount(2, 4);
        Sample waits = sample(100, MILLI / 10, 4 * MILLI, 0.6);
        for (int i = 0; i < 8; i++) {
            count.update(waits, MOST);
        }
        assertThat(count.streams()).as("tried").isEqualTo(8);
        for (int i = 0; i < 8; i++) {
            count.update(waits, MOST);
        }
        assertThat(count.streams()).as("brought nothing").isEqualTo(4);
    }

    @ParameterizedTest(name = "{0} ms, {1} MB/s, large: {2}")
    @CsvSource({
        "2, 0, false",
        "10, 100, false",
        "25, 80, false",
        "80, 25, false",
        "2, 0, true",
        "10, 100, true",
        "25, 80, true",
        "80, 25, true",
        "0.05, 0, false",
        "0.05, 0, true"
    })
    void fetchesNearlyAsMuchAsTheBestFixedNumber(double millis, long megabytes, boolean large) {
        Store store = new Store(millis / 1000, megabytes * 1e6);
        Work work = large ? Work.LARGE : Work.SMALL;
        SimulatedFill fill = SimulatedFill.found(store, work, 2, MOST).run(1);
        long atFirst = fill.bytes();
        fill.run(2);

        long best = SimulatedFill.bestFixed(store, work, 2, MOST, 3);
        assertThat(fill.bytes() - atFirst)
                .as("bytes fetched in the second and third second by %d streams", fill.streams())
                .isGreaterThanOrEqualTo((long) (0.85 * best * 2 / 3));
    }

    @ParameterizedTest(name = "from {0} ms to {1} ms")
    @CsvSource({"2, 25", "25, 2", "80, 10", "10, 80"})
    void followsWithinASecondBothWays(double from, double to) {
        Store then = new Store(to / 1000, 80e6);
        SimulatedFill fill =
                SimulatedFill.found(new Store(from / 1000, 80e6), Work.SMALL, 2, MOST).run(3);
        fill.becomes(then);
        fill.run(1);

        long before = fill.bytes();
        fill.run(1);
        int settled = SimulatedFill.found(then, Work.SMALL, 2, MOST).run(3).streams();
        assertThat(fill.bytes() - before)
                .as("bytes fetched in the second after that, by %d streams", fill.streams())
                .isGreaterThanOrEqualTo(
                        (long) (0.85 * SimulatedFill.bestFixed(then, Work.SMALL, 2, MOST, 1)));
        assertThat(fill.streams()).isLessThanOrEqualTo(2 * settled);
    }

    @Test
    void aFullLinkGetsFewStreamsMoreThanFillIt() {
        // 1 Gbit/s, and 100 MB/s for a connection: two streams fill it.
        Store store = new Store(0.01, 100e6, 125e6, 0);
        SimulatedFill fill = SimulatedFill.found(store, Work.LARGE, 8, MOST).run(3);

        assertThat(fill.streams()).isLessThanOrEqualTo(64);
        assertThat(fill.bytes()).isGreaterThanOrEqualTo((long) (0.9 * 3 * 125e6));
    }

    @Test
    void aStoreThatRefusesIsAskedForAboutWhatItServes() {
        Store store = new Store(0.025, 80e6, 0, 2000);
        SimulatedFill fill = SimulatedFill.found(store, Work.SMALL, 2, MOST).run(2);
        int served = fill.served;
        int refused = fill.refused;
        fill.run(4);

        assertThat(fill.served - served).isGreaterThanOrEqualTo((int) (0.9 * 4 * 2000));
        assertThat(fill.refused - refused).isLessThanOrEqualTo((int) (0.03 * 4 * 2000));
    }

    @Test
    void whatWasRefusedIsAskedForAgainWhenTheStoreServesMore() {
        SimulatedFill fill =
                SimulatedFill.found(new Store(0.025, 80e6, 0, 500), Work.SMALL, 2, MOST).run(3);
        fill.becomes(new Store(0.025, 80e6, 0, 4000));
        fill.run(8);
        int before = fill.served;
        fill.run(1);
        assertThat(fill.served - before).isGreaterThanOrEqualTo(1500);
    }

    /// Builds and other pods: 16 threads that want a CPU all the time, so that each turn waits for 32 ms.
    @Test
    void whereStreamsWaitForACpuNoneAreAdded() {
        Store near = new Store(0.0005, 0);
        SimulatedFill fill = SimulatedFill.found(near, Work.SMALL, 2, MOST).starvedBy(16).run(5);

        assertThat(fill.streams()).isEqualTo(Tuner.FIRST);
    }

    @Test
    void streamsEndWhenOtherProcessesStarveThem() {
        Store far = new Store(0.025, 80e6);
        SimulatedFill fill = SimulatedFill.found(far, Work.SMALL, 2, MOST).run(2);
        int before = fill.streams();
        assertThat(before).isGreaterThan(100);
        fill.starvedBy(64).run(5);
        assertThat(fill.streams()).isLessThan(before / 4);
        fill.starvedBy(0).run(5);
        assertThat(fill.streams()).isGreaterThan(before / 2);
    }

    /// There streams wait for the store almost all the time, and take next to nothing from the other processes.
    @Test
    void aDistantStoreGetsMoreStreamsOnABusyMachine() {
        Store far = new Store(0.08, 80e6);
        SimulatedFill fill = SimulatedFill.found(far, Work.SMALL, 2, MOST).starvedBy(4).run(2);

        assertThat(fill.streams()).isGreaterThan(50);
    }

    @ParameterizedTest(name = "{0} idle, {1} used, {2} waiting, {3} throttled")
    @CsvSource({
        "0.9, 0.05, 0.9, 0, 0.9",
        "0, 0, 0, 0, 0.5",
        "0, 0.1, 0.25, 0, 0.2",
        "0, 0.1, 0.5, 0, 0",
        "0, 0.7, 0, 0, 0",
        // A container's CPU limit, on a machine that is mostly idle.
        "0.9, 0.01, 0, 1, 0",
        "0.9, 0.01, 0, 0.5, 0.45"
    })
    void whatTheProcessorsHaveLeft(
            double idle, double used, double waiting, double throttled, double left) {
        CpuPressure.Reading found = CpuPressure.Reading.of(idle, used, waiting, throttled);
        assertThat(found.idle()).isCloseTo(left, within(1e-9));
        assertThat(found.waiting()).isEqualTo(Math.max(waiting, throttled));
    }
}
