package dev.cistern.controller.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.controller.model.Subject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StatusIntervalTest {
    private static final Subject ONE =
            new Subject(Subject.Kind.OBJECT_VOLUME_POPULATOR, "team-a", "one");
    private static final Subject OTHER =
            new Subject(Subject.Kind.OBJECT_VOLUME_POPULATOR, "team-a", "other");

    @Test
    void theMoreRunsTheSeldomer() {
        assertThat(StatusInterval.after(0)).isZero();
        assertThat(StatusInterval.after(1)).isEqualTo(Duration.ofSeconds(2));
        assertThat(StatusInterval.after(10)).isEqualTo(Duration.ofSeconds(5));
        assertThat(StatusInterval.after(5_000)).isEqualTo(Duration.ofSeconds(30));
    }

    /// A change every 0.1 s for 20 s in a batch of ten.
    @Test
    void aBatchOfTenIsWrittenFourTimes() {
        StatusInterval interval = new StatusInterval();
        int writes = 0;
        for (int i = 0; i < 200; i++) {
            long now = i * 100_000_000L;
            if (interval.remaining(ONE, 10, now).isZero()) {
                interval.done(ONE, now);
                writes++;
            }
        }
        assertThat(writes).isEqualTo(4);
    }

    @Test
    void whenTheLastIsOverItIsWrittenAtOnce() {
        StatusInterval interval = new StatusInterval();
        interval.done(ONE, 0);
        assertThat(interval.remaining(ONE, 100, 1)).isPositive();
        assertThat(interval.remaining(ONE, 1, 1)).isPositive();
        assertThat(interval.remaining(ONE, 0, 1)).isZero();
        assertThat(interval.remaining(OTHER, 100, 1)).isZero();
    }

    @Test
    void whatIsRefusedIsTriedAgainLater() {
        StatusInterval interval = new StatusInterval();
        interval.done(ONE, 0);
        interval.refused(ONE, 0);
        interval.done(OTHER, 0);
        assertThat(interval.remaining(ONE, 0, Duration.ofSeconds(9).toNanos())).isPositive();
        assertThat(interval.remaining(OTHER, 0, Duration.ofSeconds(9).toNanos())).isZero();
        assertThat(interval.remaining(ONE, 0, Duration.ofSeconds(10).toNanos())).isZero();
    }
}
