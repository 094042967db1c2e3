package dev.cistern.csi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JanitorTest {
    @Test
    void aPassThatFailsByABugIsNotTheLast() throws Exception {
        AtomicInteger passes = new AtomicInteger();
        Semaphore passed = new Semaphore(0);
        Janitor janitor =
                new Janitor(
                        () -> {
                            passed.release();
                            if (passes.incrementAndGet() == 1) {
                                throw new IllegalStateException("a bug");
                            }
                        });

        janitor.start();
        assertThat(passed.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        janitor.wake();

        assertThat(passed.tryAcquire(10, TimeUnit.SECONDS)).as("another pass").isTrue();
    }
}
