package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// By a clock of the test's own.
class RateLimiterTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong clock = new AtomicLong(-SECOND);

    /// One stream at a moment.
    private record Stream(int number, long atNanos) implements Comparable<Stream> {
        @Override
        public int compareTo(Stream other) {
            return Long.compare(atNanos, other.atNanos);
        }
    }

    /// How long it takes `streams` streams to take `total` bytes in buffers of `bufferBytes`, each over a connection of its own that is twenty times as fast,
    /// when whoever sleeps is woken up to `lateNanos` too late.
    private double seconds(
            double perSecond, int streams, int bufferBytes, long total, long lateNanos) {
        Random random = new Random(7);
        RateLimiter bucket = new RateLimiter(perSecond, perSecond / 10, clock::get);
        long began = clock.get();
        PriorityQueue<Stream> queue = new PriorityQueue<>();
        for (int i = 0; i < streams; i++) {
            queue.add(new Stream(i, began));
        }
        long left = total;
        long end = began;
        while (!queue.isEmpty()) {
            Stream stream = queue.remove();
            if (left == 0) {
                end = Math.max(end, stream.atNanos);
                continue;
            }
            long amount = Math.min(bufferBytes, left);
            left -= amount;
            long received = stream.atNanos + (long) (amount / (20 * perSecond) * SECOND);
            clock.set(Math.max(clock.get(), received));
            long waits = bucket.owedNanos(amount);
            long late = waits == 0 || lateNanos == 0 ? 0 : random.nextLong(lateNanos);
            queue.add(new Stream(stream.number, clock.get() + waits + late));
        }
        return (end - began) / 1e9;
    }

    @ParameterizedTest
    @CsvSource({
        "1000000, 1, 69632, 0",
        "1000000, 4, 2097152, 0",
        "1000000, 64, 2097152, 1000000",
        "10000000, 1, 69632, 2000000",
        "10000000, 16, 69632, 2000000",
        "100000000, 1, 69632, 1500000",
        "100000000, 8, 2097152, 1500000",
        "1000000000, 1, 69632, 1000000",
        "1000000000, 30, 2097152, 1000000",
        "1000000000, 500, 69632, 5000000"
    })
    void allStreamsTogetherKeepToTheLimitWithinThreePerCent(
            double perSecond, int streams, int bufferBytes, long lateNanos) {
        long total = (long) (perSecond * 20);
        double seconds = seconds(perSecond, streams, bufferBytes, total, lateNanos);
        assertThat(total / seconds).isCloseTo(perSecond, Percentage.withPercentage(3));
    }

    @Test
    void aPauseIsMadeUpForByATenthOfASecondAtMost() {
        RateLimiter bucket = new RateLimiter(1000, 100, clock::get);
        clock.addAndGet(3600 * SECOND);
        assertThat(bucket.owedNanos(100)).isZero();
        assertThat(bucket.owedNanos(50)).isEqualTo(SECOND / 20);
    }

    @Test
    void whoeverComesNextPaysAfterTheOthers() {
        RateLimiter bucket = new RateLimiter(1000, 0, clock::get);
        assertThat(bucket.owedNanos(500)).isEqualTo(SECOND / 2);
        assertThat(bucket.owedNanos(500)).isEqualTo(SECOND);
        clock.addAndGet(SECOND);
        assertThat(bucket.owedNanos(250)).isCloseTo(SECOND / 4, within(10L));
    }

    @Test
    void noLimitIsNoWait() throws InterruptedException {
        RateLimiter bucket = new RateLimiter(0, 0, clock::get);
        assertThat(bucket.unlimited()).isTrue();
        assertThat(bucket.owedNanos(Long.MAX_VALUE)).isZero();
        bucket.take(Long.MAX_VALUE);
    }
}
