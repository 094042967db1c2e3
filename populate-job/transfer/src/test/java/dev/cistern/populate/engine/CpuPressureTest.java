package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// With the counters of this machine's kernel.
@Timeout(60)
class CpuPressureTest {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    private void start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private void burn() {
        double sum = 0;
        while (!ended.get()) {
            sum += Math.sqrt(sum + 1);
        }
    }

    private void end() throws InterruptedException {
        ended.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void assumeTold() throws Exception {
        Path own = Path.of("/proc/thread-self/schedstat");
        assumeFalse(
                !Files.exists(own) || Files.readString(own).startsWith("0 0 "), "not told here");
    }

    @Test
    void aStreamWithoutACpuIsSeenWaiting() throws Exception {
        assumeTold();
        CpuPressure pressure = new CpuPressure();
        CountDownLatch sampled = new CountDownLatch(1);
        start(
                () -> {
                    pressure.observe();
                    sampled.countDown();
                    burn();
                });
        for (int i = 4 * Runtime.getRuntime().availableProcessors(); i > 0; i--) {
            start(this::burn);
        }
        sampled.await();
        pressure.read();
        CpuPressure.Reading left = pressure.read();
        for (int i = 0; i < 10; i++) {
            Thread.sleep(100);
            left = pressure.read();
        }
        end();

        assertThat(left.waiting()).isGreaterThan(0.5);
        assertThat(left.idle()).isLessThan(0.25);
    }

    @Test
    void aStreamThatWaitsForTheStoreDoesNotWaitForACpu() throws Exception {
        assumeTold();
        CpuPressure pressure = new CpuPressure();
        CountDownLatch sampled = new CountDownLatch(1);
        start(
                () -> {
                    pressure.observe();
                    sampled.countDown();
                    while (!ended.get()) {
                        try {
                            Thread.sleep(25);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                });
        sampled.await();
        pressure.read();
        Thread.sleep(500);
        double waiting = pressure.read().waiting();
        end();

        assertThat(waiting).isLessThan(0.5);
        // A stream that has ended is not asked any more.
        assertThat(pressure.read().waiting()).isLessThan(0.5);
    }

    @Test
    void withoutStreamsNobodyWaits() {
        CpuPressure pressure = new CpuPressure();
        pressure.read();
        assertThat(pressure.read().waiting()).isBetween(0.0, 1.0);
        assertThat(pressure.read().idle()).isBetween(0.0, 1.0);
    }
}
