package dev.cistern.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final RateLimiter limiter = new RateLimiter(20, nanos::get);

    @Test
    void aBurstAtOnceThenTheRate() {
        for (int i = 0; i < 20; i++) {
            assertThat(limiter.reserve()).isZero();
        }
        assertThat(limiter.reserve()).isEqualTo(Duration.ofMillis(50));
        assertThat(limiter.reserve()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void permitsComeBackButNoMoreThanTheBurst() {
        for (int i = 0; i < 20; i++) {
            limiter.reserve();
        }
        nanos.addAndGet(Duration.ofMillis(50).toNanos());
        assertThat(limiter.reserve()).isZero();
        assertThat(limiter.reserve()).isPositive();
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        for (int i = 0; i < 20; i++) {
            assertThat(limiter.reserve()).isZero();
        }
        assertThat(limiter.reserve()).isPositive();
    }
}
