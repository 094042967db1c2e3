package dev.cistern.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WorkQueueTest {
    @Test
    void aKeyWaitsOnce() throws InterruptedException {
        WorkQueue<String> queue = new WorkQueue<>();
        queue.add("a");
        queue.add("a");
        assertThat(queue.take()).isEqualTo("a");
        assertThat(queue.depth()).isZero();
    }

    @Test
    void aKeyAddedWhileWorkedOnComesAgainAfterwards() throws InterruptedException {
        WorkQueue<String> queue = new WorkQueue<>();
        queue.add("a");
        assertThat(queue.take()).isEqualTo("a");
        queue.add("a");
        assertThat(queue.depth()).isZero();
        queue.done("a", true);
        assertThat(queue.take()).isEqualTo("a");
    }

    @Test
    void aDelayedKeyComesAtTheEarliestTimeAskedForAndOnce() throws InterruptedException {
        WorkQueue<String> queue = new WorkQueue<>();
        queue.add("a", Duration.ofSeconds(10));
        queue.add("a", Duration.ofMillis(50));
        queue.add("a", Duration.ofSeconds(15));
        long start = System.nanoTime();
        assertThat(queue.take()).isEqualTo("a");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(45), Duration.ofSeconds(5));
        queue.done("a", true);
        assertThat(queue.depth()).isZero();
    }

    @Test
    void failuresInARowWaitLonger() throws InterruptedException {
        assertThat(WorkQueue.backoff(1)).isEqualTo(Duration.ofMillis(100));
        assertThat(WorkQueue.backoff(3)).isEqualTo(Duration.ofMillis(400));
        assertThat(WorkQueue.backoff(1_000)).isEqualTo(Duration.ofSeconds(30));
        WorkQueue<String> queue = new WorkQueue<>();
        for (int failures = 1; failures <= 3; failures++) {
            assertThat(retryNanos(queue))
                    .isGreaterThanOrEqualTo(WorkQueue.backoff(failures).toNanos());
        }
    }

    @Test
    void successForgetsFailures() throws InterruptedException {
        WorkQueue<String> queue = new WorkQueue<>();
        for (int failures = 1; failures <= 5; failures++) {
            retryNanos(queue);
        }
        queue.add("a");
        queue.take();
        queue.done("a", true);
        // The sixth in a row would wait 3.2 s; the first waits 0.1 s, and a busy machine has the
        // rest.
        assertThat(retryNanos(queue)).isLessThan(3_000_000_000L);
    }

    private static long retryNanos(WorkQueue<String> queue) throws InterruptedException {
        long start = System.nanoTime();
        queue.retry("a");
        queue.take();
        queue.done("a", false);
        return System.nanoTime() - start;
    }

    @Test
    void closingEndsTheWait() throws InterruptedException {
        WorkQueue<String> queue = new WorkQueue<>();
        Thread.ofVirtual().start(queue::close);
        assertThat(queue.take()).isNull();
    }

    /// Many adders and workers: never two on one key, nothing lost. The seed is in the message.
    @Test
    void aKeyIsWorkedOnByOneAtATimeAndNothingIsLost() throws InterruptedException {
        long seed = new Random().nextLong();
        WorkQueue<Integer> queue = new WorkQueue<>();
        ConcurrentMap<Integer, AtomicInteger> added = new ConcurrentHashMap<>();
        ConcurrentMap<Integer, Integer> seen = new ConcurrentHashMap<>();
        ConcurrentMap<Integer, Boolean> busy = new ConcurrentHashMap<>();
        AtomicInteger collisions = new AtomicInteger();
        for (int w = 0; w < 8; w++) {
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try {
                                    Integer key = queue.take();
                                    while (key != null) {
                                        if (busy.put(key, true) != null) {
                                            collisions.incrementAndGet();
                                        }
                                        seen.put(key, Objects.requireNonNull(added.get(key)).get());
                                        Thread.yield();
                                        busy.remove(key);
                                        queue.done(key, true);
                                        key = queue.take();
                                    }
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
        }
        CountDownLatch adders = new CountDownLatch(4);
        for (int a = 0; a < 4; a++) {
            Random random = new Random(seed + a);
            Thread.ofVirtual()
                    .start(
                            () -> {
                                for (int i = 0; i < 5_000; i++) {
                                    int key = random.nextInt(20);
                                    added.computeIfAbsent(key, _ -> new AtomicInteger())
                                            .incrementAndGet();
                                    if (random.nextInt(10) == 0) {
                                        queue.add(key, Duration.ofMillis(random.nextInt(3)));
                                    } else {
                                        queue.add(key);
                                    }
                                }
                                adders.countDown();
                            });
        }
        assertThat(adders.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 500 && !allSeen(added, seen); i++) {
            Thread.sleep(10);
        }
        queue.close();
        assertThat(allSeen(added, seen)).as("seed %d", seed).isTrue();
        assertThat(collisions.get()).as("seed %d", seed).isZero();
    }

    private static boolean allSeen(
            ConcurrentMap<Integer, AtomicInteger> added, ConcurrentMap<Integer, Integer> seen) {
        return added.entrySet().stream()
                .allMatch(e -> Integer.valueOf(e.getValue().get()).equals(seen.get(e.getKey())));
    }
}
