package dev.cistern.controller.population.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.wire.ReportKey;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class CachedRunsTest {
    private static Job job(String namespace, String key) {
        return new JobBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("populate-c1-1")
                .addToAnnotations(ReportKey.ANNOTATION, key)
                .endMetadata()
                .build();
    }

    @Test
    void theKeyOfAJobThatSomebodyElseMadeElsewhereIsNotTheRuns() {
        List<Job> jobs = List.of(job("team-b", "forged"), job("cistern-populate", "ours"));
        assertThat(CachedRuns.key(jobs, "cistern-populate", "populate-c1-1")).contains("ours");
        assertThat(CachedRuns.key(jobs, "cistern-populate", "populate-c1-2")).isEmpty();
        assertThat(CachedRuns.key(jobs.subList(0, 1), "cistern-populate", "populate-c1-1"))
                .isEmpty();
    }
}
