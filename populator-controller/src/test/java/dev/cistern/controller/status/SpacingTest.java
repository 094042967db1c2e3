package dev.cistern.controller.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.controller.model.Subject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SpacingTest {
    private static final Subject ONE =
            new Subject(Subject.Kind.OBJECT_VOLUME_POPULATOR, "team-a", "one");
    private static final Subject OTHER =
            new Subject(Subject.Kind.OBJECT_VOLUME_POPULATOR, "team-a", "other");

    @Test
    void theMoreRunsTheSeldomer() {
        assertThat(Spacing.after(0)).isZero();
        assertThat(Spacing.after(1)).isEqualTo(Duration.ofSeconds(2));
        assertThat(Spacing.after(10)).isEqualTo(Duration.ofSeconds(5));
        assertThat(Spacing.after(5_000)).isEqualTo(Duration.ofSeconds(30));
    }

    /// A change every 0.1 s for 20 s in a batch of ten.
    @Test
    void aBatchOfTenIsWrittenFourTimes() {
        Spacing spacing = new Spacing();
        int writes = 0;
        for (int i = 0; i < 200; i++) {
            long now = i * 100_000_000L;
            if (spacing.due(ONE, 10, now)) {
                spacing.done(ONE, now);
                writes++;
            }
        }
        assertThat(writes).isEqualTo(4);
    }

    @Test
    void whenTheLastIsOverItIsWrittenAtOnce() {
        Spacing spacing = new Spacing();
        spacing.done(ONE, 0);
        assertThat(spacing.due(ONE, 100, 1)).isFalse();
        assertThat(spacing.due(ONE, 1, 1)).isFalse();
        assertThat(spacing.due(ONE, 0, 1)).isTrue();
        assertThat(spacing.due(OTHER, 100, 1)).isTrue();
    }

    @Test
    void whatIsRefusedIsTriedAgainLater() {
        Spacing spacing = new Spacing();
        spacing.done(ONE, 0);
        spacing.refused(ONE, 0);
        spacing.done(OTHER, 0);
        assertThat(spacing.due(ONE, 0, Duration.ofSeconds(9).toNanos())).isFalse();
        assertThat(spacing.due(OTHER, 0, Duration.ofSeconds(9).toNanos())).isTrue();
        assertThat(spacing.due(ONE, 0, Duration.ofSeconds(10).toNanos())).isTrue();
    }
}
