package dev.cistern.csi.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class VolumeLocksTest {

    private static final VolumeId A = new VolumeId("a");
    private static final VolumeId B = new VolumeId("b");

    private final VolumeLocks locks = new VolumeLocks();

    @Test
    void aSecondCallForTheVolumeIsToldToTryAgain() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Thread other =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try (var _ = locks.hold(A, Duration.ofSeconds(1))) {
                                        held.countDown();
                                        done.await();
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
        held.await();

        assertThatThrownBy(() -> locks.hold(A, Duration.ofMillis(20)))
                .isInstanceOf(VolumeFailure.Pending.class)
                .hasMessageContaining("volume a");
        locks.hold(B, Duration.ZERO).close();

        done.countDown();
        other.join();
        locks.hold(A, Duration.ofSeconds(1)).close();
        assertThat(locks.size()).isZero();
    }

    @Test
    void callsForAVolumeComeOneAfterTheOther() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        int[] counter = {0};
        for (int i = 0; i < 50; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try (var _ = locks.hold(A, Duration.ofSeconds(10))) {
                                            int before = counter[0];
                                            Thread.yield();
                                            counter[0] = before + 1;
                                        }
                                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(counter[0]).isEqualTo(50);
        assertThat(locks.size()).isZero();
    }
}
