package dev.cistern.controller.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.ZonedDateTime;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RunOutcomesTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicBoolean leads = new AtomicBoolean(true);
    private final AtomicBoolean exists = new AtomicBoolean(true);
    private final RunOutcomes outcomes = new RunOutcomes(registry, leads::get, _ -> exists.get());

    @Test
    void anEndIsCountedOnceWithItsReasonAndItsTime() {
        outcomes.changed(run("Populating", ""));
        VolumePopulation failed = run("Failed", "NoSuchBucket");
        failed.getStatus().setBytes(10L);
        failed.getStatus().setBytesFetched(7L);

        outcomes.changed(failed);
        outcomes.changed(failed);

        assertThat(
                        registry.get("cistern.runs.ended")
                                .tags("phase", "Failed", "reason", "NoSuchBucket")
                                .counter()
                                .count())
                .isEqualTo(1);
        assertThat(
                        registry.get("cistern.run.duration")
                                .tag("phase", "Failed")
                                .timer()
                                .totalTime(TimeUnit.SECONDS))
                .isEqualTo(90);
        assertThat(registry.get("cistern.fetched").counter().count()).isEqualTo(7);
    }

    @Test
    void aRunThatHadEndedBeforeIsNotCounted() {
        outcomes.changed(run("Succeeded", ""));

        assertThat(registry.find("cistern.runs.ended").counter()).isNull();
    }

    @Test
    void aStandbyCountsNothing() {
        outcomes.changed(run("Populating", ""));
        leads.set(false);
        outcomes.changed(run("Succeeded", ""));

        assertThat(registry.find("cistern.runs.ended").counter()).isNull();
    }

    @Test
    void aRunThatIsDeletedBeforeItsEndIsForgotten() {
        outcomes.changed(run("Populating", ""));
        exists.set(false);
        outcomes.changed(run("Populating", ""));
        exists.set(true);
        outcomes.changed(run("Succeeded", ""));

        assertThat(registry.find("cistern.runs.ended").counter()).isNull();
    }

    @Test
    void theSeriesOfFailuresExistBeforeTheFirstFailure() {
        assertThat(registry.get("cistern.run.duration").tag("phase", "Failed").timer().count())
                .isZero();
    }

    private static VolumePopulation run(String phase, String reason) {
        VolumePopulation run = new VolumePopulation();
        run.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace("team-a")
                        .withName("pop-1")
                        .withUid("1")
                        .build());
        VolumePopulationStatus status = new VolumePopulationStatus();
        status.setPhase(
                java.util.Arrays.stream(VolumePopulationStatus.Phase.values())
                        .filter(p -> p.getValue().equals(phase))
                        .findFirst()
                        .orElseThrow());
        status.setReason(reason);
        status.setStartedAt(ZonedDateTime.parse("2026-11-26T10:00:00Z"));
        if (phase.equals("Failed") || phase.equals("Succeeded")) {
            status.setFinishedAt(ZonedDateTime.parse("2026-11-26T10:01:30Z"));
        }
        run.setStatus(status);
        return run;
    }
}
