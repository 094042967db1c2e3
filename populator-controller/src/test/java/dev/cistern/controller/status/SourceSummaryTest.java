package dev.cistern.controller.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.VolumePopulationStatus;
import dev.cistern.api.v1alpha1.VolumePopulationStatus.Phase;
import dev.cistern.api.v1alpha1.volumepopulationspec.Pvc;
import dev.cistern.api.v1alpha1.volumepopulationstatus.Progress;
import dev.cistern.controller.model.ClaimKey;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SourceSummaryTest {
    private static VolumePopulation run(int number, Phase phase) {
        VolumePopulation run = new VolumePopulation();
        run.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace("team-a")
                        .withName("pop-" + number)
                        .withCreationTimestamp("2026-01-01T00:%02d:00Z".formatted(number))
                        .build());
        Pvc pvc = new Pvc();
        pvc.setName("data-" + number);
        pvc.setUid("u" + number);
        VolumePopulationSpec spec = new VolumePopulationSpec();
        spec.setPvc(pvc);
        run.setSpec(spec);
        VolumePopulationStatus status = new VolumePopulationStatus();
        status.setPhase(phase);
        status.setMessage("x".repeat(3000));
        Progress progress = new Progress();
        progress.setPercent(37);
        progress.setRate("120 MiB/s");
        progress.setEta("35s");
        status.setProgress(progress);
        run.setStatus(status);
        return run;
    }

    private static final List<ClaimKey> WAITING =
            List.of(
                    new ClaimKey("team-a", "w1", "v1"),
                    new ClaimKey("team-a", "w2", "v2"),
                    new ClaimKey("team-b", "w3", "v3"));

    @Test
    void runsUnderWayComeFirstNewestFirstAndAtMost32() {
        List<VolumePopulation> runs = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            runs.add(run(i, i % 2 == 0 ? Phase.SUCCEEDED : Phase.POPULATING));
        }
        SourceSummary summary = SourceSummary.of(runs, WAITING, Optional.empty());

        assertThat(summary.runs()).hasSize(32);
        assertThat(summary.runs().getFirst().getPvc()).isEqualTo("w1");
        assertThat(summary.runs().get(3).getPvc()).isEqualTo("data-49");
        assertThat(summary.runs().get(27).getPvc()).isEqualTo("data-1");
        assertThat(summary.runs().get(28).getPvc()).isEqualTo("data-48");
        assertThat(summary.message()).isEqualTo("25 of 53 populated, 25 running, 3 pending");
        assertThat(summary.counts().getPending()).isEqualTo(3);
        assertThat(summary.runs())
                .allMatch(run -> run.getMessage() == null || run.getMessage().length() <= 1024);
    }

    @Test
    void aRunShowsItsPercentRateAndEtaWhileItLasts() {
        var running =
                SourceSummary.of(List.of(run(1, Phase.POPULATING)), List.of(), Optional.empty())
                        .runs()
                        .getFirst();
        assertThat(running.getPercent()).isEqualTo(37);
        assertThat(running.getRate()).isEqualTo("120 MiB/s");
        assertThat(running.getEta()).isEqualTo("35s");

        var done =
                SourceSummary.of(List.of(run(1, Phase.SUCCEEDED)), List.of(), Optional.empty())
                        .runs()
                        .getFirst();
        assertThat(done.getPercent()).isEqualTo(100);
        assertThat(done.getEta()).isNull();
    }

    @Test
    void whenAllAreDoneItSaysSo() {
        assertThat(
                        SourceSummary.of(
                                        List.of(run(1, Phase.SUCCEEDED)),
                                        List.of(),
                                        Optional.empty())
                                .message())
                .isEqualTo("Populated successfully");
        assertThat(SourceSummary.of(List.of(), List.of(), Optional.empty()).message())
                .startsWith("no PersistentVolumeClaim");
        assertThat(
                        SourceSummary.of(List.of(run(1, Phase.FAILED)), List.of(), Optional.empty())
                                .message())
                .isEqualTo("0 of 1 populated, 1 failed");
    }
}
