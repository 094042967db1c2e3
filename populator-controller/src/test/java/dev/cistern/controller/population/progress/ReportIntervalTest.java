package dev.cistern.controller.population.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.Stage;
import org.junit.jupiter.api.Test;

class ReportIntervalTest {
    private static final long MILLI = 1_000_000;

    private final ReportInterval interval = new ReportInterval();
    private final Throttle throttle = new Throttle();

    private int all(int runs, long nowNanos) {
        int next = 0;
        for (int i = 0; i < runs; i++) {
            next = interval.next("u-" + i, nowNanos);
        }
        return next;
    }

    @Test
    void aFewRunsMoveMoreThanEveryTwoSeconds() {
        assertThat(all(5, 0)).isEqualTo(1500);
        assertThat(all(5, 1500 * MILLI)).isEqualTo(1500);
        assertThat(ReportInterval.highLoad(1500)).isFalse();
    }

    @Test
    void manyRunsWaitForOneAnother() {
        assertThat(all(10, 0)).isEqualTo(5000);
        assertThat(all(100, 0)).isEqualTo(20_000);
        assertThat(all(1000, 0)).isEqualTo(20_000);
        assertThat(all(2000, 0)).isEqualTo(40_000);
        assertThat(all(5000, 0)).isEqualTo(60_000);
        assertThat(ReportInterval.highLoad(5000)).isTrue();
    }

    @Test
    void runsThatAreSilentHaveEnded() {
        assertThat(all(10, 0)).isEqualTo(5000);
        // The longest interval was 5 s: after twice that no reporter is left.
        assertThat(interval.next("u-9", 10_001 * MILLI)).isEqualTo(1500);
    }

    private static ProgressReport report(int attempt, long sequence) {
        return new ProgressReport(
                attempt, sequence, Stage.COPYING, 50, 100, 1, 2, true, 50, 0, 10, 5, null, null);
    }

    /// The cost of a batch: a hundred runs that each report every second for a minute, without being slowed down.
    @Test
    void aBatchThatDoesNotListenCostsNoMore() {
        int written = 0;
        for (int second = 0; second < 60; second++) {
            long now = second * 1000L * MILLI;
            for (int i = 0; i < 100; i++) {
                String uid = "u-" + i;
                Throttle.Admission admission =
                        throttle.admit(uid, "t", report(1, second + 1L), now);
                if (admission == Throttle.Admission.NO) {
                    continue;
                }
                int next = interval.next(uid, now);
                throttle.asked(uid, now, next);
                written +=
                        admission == Throttle.Admission.FIRST && ReportInterval.highLoad(next)
                                ? 0
                                : 1;
            }
        }
        assertThat(written).isLessThanOrEqualTo(400);
    }

    @Test
    void anOldOrEarlyReportIsNotLetIn() {
        assertThat(throttle.admit("u", "one", report(1, 5), 0)).isEqualTo(Throttle.Admission.FIRST);
        throttle.asked("u", 0, 1000);
        assertThat(throttle.admit("u", "one", report(1, 6), 799 * MILLI))
                .isEqualTo(Throttle.Admission.NO);
        assertThat(throttle.admit("u", "one", report(1, 5), 800 * MILLI))
                .isEqualTo(Throttle.Admission.NO);
        assertThat(throttle.admit("u", "one", report(1, 6), 800 * MILLI))
                .isEqualTo(Throttle.Admission.NEXT);
        assertThat(throttle.admit("u", "two", report(2, 1), 900 * MILLI))
                .isEqualTo(Throttle.Admission.NEXT);
        assertThat(throttle.admit("u", "one", report(1, 9), 900 * MILLI))
                .isEqualTo(Throttle.Admission.NO);
    }

    @Test
    void aRunThatIsStartedAfreshIsHeard() {
        assertThat(throttle.admit("u", "one", report(3, 40), 0))
                .isEqualTo(Throttle.Admission.FIRST);
        throttle.asked("u", 0, 1500);
        assertThat(throttle.admit("u", "afresh", report(1, 1), 10_000 * MILLI))
                .as("another Job, whose attempt has a lower number")
                .isEqualTo(Throttle.Admission.NEXT);
        throttle.asked("u", 10_000 * MILLI, 1500);
        assertThat(throttle.admit("u", "afresh again", report(1, 1), 12_000 * MILLI))
                .as("another Job, with the same attempt and fewer reports")
                .isEqualTo(Throttle.Admission.NEXT);
    }
}
