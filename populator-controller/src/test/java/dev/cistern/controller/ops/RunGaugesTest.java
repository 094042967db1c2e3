package dev.cistern.controller.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.RunPhase;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunGaugesTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Map<RunPhase, List<VolumePopulation>> runs = new EnumMap<>(RunPhase.class);
    private final List<StorageBackend> backends = new ArrayList<>();
    private final RunGauges gauges =
            new RunGauges(
                    registry,
                    phase -> runs.getOrDefault(phase, List.of()),
                    () -> backends,
                    Clock.fixed(Instant.parse("2026-11-26T11:00:00Z"), ZoneOffset.UTC));

    @Test
    void runsThatAreNotOverAreCountedByReason() {
        runs.put(
                RunPhase.POPULATING,
                List.of(
                        run("Populating", "SourceUnavailable", "10:00:00"),
                        run("Populating", "SourceUnavailable", "10:30:00")));
        runs.put(RunPhase.FAILED, List.of(run("Failed", "NoSuchBucket", "10:00:00")));

        gauges.update();

        assertThat(
                        registry.get("cistern.runs.unfinished")
                                .tag("reason", "SourceUnavailable")
                                .gauge()
                                .value())
                .isEqualTo(2);
        assertThat(registry.find("cistern.runs.unfinished").tag("reason", "NoSuchBucket").gauge())
                .isNull();
    }

    @Test
    void aReasonThatNoRunHasAnyMoreGoes() {
        runs.put(RunPhase.PENDING, List.of(run("Pending", "SourceNotFound", "10:00:00")));
        gauges.update();
        runs.clear();
        gauges.update();

        assertThat(registry.find("cistern.runs.unfinished").gauge()).isNull();
    }

    @Test
    void theOldestRunOfAPhaseGivesItsAge() {
        runs.put(
                RunPhase.POPULATING,
                List.of(
                        run("Populating", "SourceUnavailable", "10:30:00"),
                        run("Populating", "SourceUnavailable", "10:00:00")));

        assertThat(age("Populating")).isEqualTo(3600);
        assertThat(age("Pending")).isZero();
    }

    @Test
    void backendsAreCountedByReadyAndOneWithoutAStatusIsUnknown() {
        backends.add(backend("status: {conditions: [{type: Ready, status: 'False'}]}"));
        backends.add(backend("metadata: {name: x}"));

        gauges.update();

        assertThat(backends("True")).isZero();
        assertThat(backends("False")).isEqualTo(1);
        assertThat(backends("Unknown")).isEqualTo(1);
    }

    private double age(String phase) {
        return registry.get("cistern.runs.oldest.age").tag("phase", phase).gauge().value();
    }

    private double backends(String ready) {
        return registry.get("cistern.backends").tag("ready", ready).gauge().value();
    }

    private static StorageBackend backend(String yaml) {
        return Serialization.unmarshal(yaml, StorageBackend.class);
    }

    private static VolumePopulation run(String phase, String reason, String started) {
        return Serialization.unmarshal(
                "status: {phase: %s, reason: %s, startedAt: '2026-11-26T%sZ'}"
                        .formatted(phase, reason, started),
                VolumePopulation.class);
    }
}
