package dev.cistern.controller.population.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusalsTest {
    private final AtomicLong nanos = new AtomicLong(-1);
    private final Refusals refusals = new Refusals(nanos::get);

    /// The message becomes a status, whose change triggers the same request at once: messages that vary each time would
    /// cause an endless loop.
    @Test
    void wordsThatChangeEachTimeAreToldSeldom() {
        assertThat(refusals.refused("u", "webhook: request 1")).isEqualTo("webhook: request 1");
        nanos.addAndGet(Duration.ofMillis(29_999).toNanos());
        assertThat(refusals.refused("u", "webhook: request 2")).isEqualTo("webhook: request 1");
        assertThat(refusals.of("u")).contains("webhook: request 1");
        assertThat(refusals.refused("other", "quota")).isEqualTo("quota");
        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(refusals.refused("u", "quota")).isEqualTo("quota");
        assertThat(refusals.of("u")).contains("quota");
    }

    @Test
    void whatIsAcceptedIsForgotten() {
        refusals.refused("u", "quota");
        refusals.accepted("u");
        assertThat(refusals.of("u")).isEmpty();
        assertThat(refusals.refused("u", "webhook")).isEqualTo("webhook");
    }
}
