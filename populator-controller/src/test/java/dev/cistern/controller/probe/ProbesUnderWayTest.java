package dev.cistern.controller.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.controller.model.Names;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProbesUnderWayTest {
    private final AtomicLong nanos = new AtomicLong();
    private final ProbesUnderWay probes = new ProbesUnderWay(nanos::get);

    private static Job job(String uid, String name, boolean ended) {
        Job job =
                new JobBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(
                                Map.of(
                                        Names.LABEL_MANAGED_BY,
                                        Names.MANAGED_BY,
                                        Names.LABEL_PROBE,
                                        uid))
                        .endMetadata()
                        .build();
        return ended
                ? new JobBuilder(job)
                        .withNewStatus()
                        .addNewCondition()
                        .withType("Complete")
                        .withStatus("True")
                        .endCondition()
                        .endStatus()
                        .build()
                : job;
    }

    @Test
    void whatTheCacheShowsAndWhatItDoesNotYetCountsOnce() {
        probes.made("b1", "probe-b1-1");
        probes.made("b2", "probe-b2-1");
        assertThat(probes.besides("b3", List.of())).isEqualTo(2);
        assertThat(probes.besides("b3", List.of(job("b1", "probe-b1-1", false)))).isEqualTo(2);
        assertThat(probes.besides("b1", List.of(job("b1", "probe-b1-1", false)))).isEqualTo(1);
        assertThat(probes.besides("b3", List.of(job("b1", "probe-b1-1", true)))).isEqualTo(1);
    }

    @Test
    void whatWasMadeAndNeverShownIsForgotten() {
        probes.made("b1", "probe-b1-1");
        nanos.addAndGet(21_000_000_000L);
        assertThat(probes.besides("b3", List.of())).isZero();
    }
}
