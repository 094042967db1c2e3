package dev.cistern.controller.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.VolumePopulationStatus;
import dev.cistern.api.v1alpha1.volumepopulationspec.Pvc;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.model.EventReason;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class BackendUseTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicInteger asked = new AtomicInteger();

    /// Records of runs stay for as long as their PVCs.
    private static List<VolumePopulation> finished(int count) {
        List<VolumePopulation> runs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            VolumePopulation run = new VolumePopulation();
            run.setMetadata(new ObjectMetaBuilder().withNamespace("team-a").build());
            Pvc pvc = new Pvc();
            pvc.setName("data-" + i);
            VolumePopulationSpec spec = new VolumePopulationSpec();
            spec.setPvc(pvc);
            spec.setSources(List.of(new Sources()));
            run.setSpec(spec);
            VolumePopulationStatus status = new VolumePopulationStatus();
            status.setPhase(VolumePopulationStatus.Phase.SUCCEEDED);
            status.setFinishedAt(START.plusSeconds(i).atZone(ZoneOffset.UTC));
            run.setStatus(status);
            runs.add(run);
        }
        Collections.shuffle(runs, new Random(7));
        return runs;
    }

    private Predicate<VolumePopulation> counted(Predicate<VolumePopulation> current) {
        return run -> {
            asked.incrementAndGet();
            return current.test(run);
        };
    }

    @Test
    void ofManyFinishedRunsTheNewestAloneIsAsked() {
        StatusPlanner.Verdict verdict =
                BackendReadiness.of(finished(5_000), counted(_ -> true), Optional.empty());

        assertThat(verdict.reason()).isEqualTo(EventReason.USED);
        assertThat(verdict.message()).endsWith("team-a/data-4999");
        assertThat(asked).hasValue(1);
    }

    @Test
    void ofABackendThatWasChangedNoMoreThanSomeAreAsked() {
        StatusPlanner.Verdict verdict =
                BackendReadiness.of(finished(5_000), counted(_ -> false), Optional.empty());

        assertThat(verdict.reason()).isEqualTo(EventReason.NOT_USED_YET);
        assertThat(asked).hasValue(BackendUse.MAX_CHECKED_RUNS);
    }
}
