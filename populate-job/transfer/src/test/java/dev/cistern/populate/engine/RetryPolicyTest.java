package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a store asks to wait. No test waits for it: that a stream sleeps is seen, and it is woken.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RetryPolicyTest {
    private final Meter meter = new Meter();
    private final RetryPolicy policy =
            new RetryPolicy(
                    new RetryPolicy.Shared(FillRequest.Timing.DEFAULT, meter, new StoreLimit()));

    private static SourceException.Retryable busy(long afterMillis) {
        return SourceException.Retryable.busy(
                Reason.SOURCE_UNAVAILABLE, "asked too much", afterMillis);
    }

    /// Whether a pause is begun rather than given up.
    private boolean waits(SourceException.Retryable failure) throws InterruptedException {
        boolean[] given = new boolean[1];
        Thread thread =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        policy.pause(failure);
                                    } catch (FillException e) {
                                        given[0] = true;
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
        while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        thread.join();
        return !given[0];
    }

    @Test
    void aStoreThatSaysWhenItServesAgainIsWaitedForWindowsLong() throws Exception {
        assertThat(waits(busy(290_000))).as("one window of five minutes").isTrue();
        assertThat(meter.counts().trouble())
                .as("told at once, not when it is over")
                .contains("asked too much");
        assertThat(waits(busy(290_000))).as("another").isTrue();
    }

    /// A minute at most is asked for by stores that are merely busy: those waits count as they did.
    @Test
    void whatIsNoWindowIsNoExcuse() {
        FillRequest.Timing brief = new FillRequest.Timing(50, 50, 1, 1);
        RetryPolicy other = new RetryPolicy(new RetryPolicy.Shared(brief, meter, new StoreLimit()));
        assertThatThrownBy(() -> other.pause(busy(60_000)))
                .isInstanceOf(FillException.class)
                .hasMessageContaining("given up after 1 attempts");
    }
}
