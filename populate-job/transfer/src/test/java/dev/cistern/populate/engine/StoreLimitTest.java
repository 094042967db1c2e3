package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StoreLimitTest {
    private static final long SAMPLE_NANOS = 100_000_000;

    private final StoreLimit limit = new StoreLimit();

    /// A sample with so many streams being served all the time.
    private int update(int served) {
        return limit.update(
                SAMPLE_NANOS, new Traffic.Sums(1, served * SAMPLE_NANOS, 0, 0, 0, 0, 0));
    }

    @Test
    void nothingLimitsUntilAStoreRefuses() {
        assertThat(update(400)).isEqualTo(Integer.MAX_VALUE);
        assertThat(update(0)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void nineTenthsOfWhatWasServedStayAndALittleMoreIsTriedEachTime() {
        for (int i = 0; i < 20; i++) {
            update(100);
        }
        limit.refused(0);
        assertThat(update(100)).isBetween(88, 90);
        assertThat(update(90)).isBetween(89, 91);
        int later = 0;
        for (int i = 0; i < 10; i++) {
            later = update(95);
        }
        assertThat(later).isBetween(95, 102);
    }

    @Test
    void whereNothingIsServedOneAsksAndWhatWasBorneBeforeComesBackSoon() {
        for (int i = 0; i < 20; i++) {
            update(100);
        }
        for (int i = 0; i < 20; i++) {
            limit.refused(0);
            update(0);
        }
        assertThat(update(0)).isEqualTo(1);
        int looks = 1;
        int now = 1;
        while (now < 90 && looks < 1000) {
            now = update(now);
            looks++;
        }
        assertThat(looks).as("looks until it is asked as much as before").isBetween(50, 150);
    }

    @Test
    void whatAStoreAsksToWaitEverybodyWaits() throws InterruptedException {
        limit.refused(300);
        long began = System.nanoTime();
        limit.await();
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(290_000_000L);
        // No requests any more.
        limit.await();
    }
}
