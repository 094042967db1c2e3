package dev.cistern.controller.ops;

import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.population.model.RunStatus;
import dev.cistern.controller.population.observe.RunRecords;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Gauges that are computed from the caches: what runs that are not over wait for, how old the oldest is, which backends are ready.
public final class RunGauges {
    private final Function<RunPhase, List<VolumePopulation>> runs;
    private final Supplier<List<StorageBackend>> allBackends;
    private final Clock clock;
    private final MultiGauge reasons;
    private final MultiGauge backends;

    /// Registers the gauges; the values by reason and of backends come with [#update()].
    ///
    /// @param runs the runs that are in a phase
    /// @param allBackends the backends there are
    public RunGauges(
            MeterRegistry registry,
            Function<RunPhase, List<VolumePopulation>> runs,
            Supplier<List<StorageBackend>> allBackends,
            Clock clock) {
        this.runs = runs;
        this.allBackends = allBackends;
        this.clock = clock;
        for (RunPhase phase : RunPhase.values()) {
            if (!phase.settled()) {
                Gauge.builder("cistern.runs.oldest.age", () -> oldestSeconds(phase))
                        .baseUnit("seconds")
                        .description("Age of the oldest run in a phase; 0 when there is none")
                        .tag("phase", phase.text())
                        .register(registry);
            }
        }
        reasons =
                MultiGauge.builder("cistern.runs.unfinished")
                        .description("Runs that are not over, by reason; empty when all is well")
                        .register(registry);
        backends =
                MultiGauge.builder("cistern.backends")
                        .description("StorageBackends by the status of their condition Ready")
                        .register(registry);
    }

    /// Counts anew. Reasons come and go, and a series of a reason that no run has any more must go, too.
    public void update() {
        Map<String, Long> byReason =
                underWay().collect(Collectors.groupingBy(RunStatus::reason, Collectors.counting()));
        reasons.register(rows("reason", byReason), true);
        Map<String, Long> byReady =
                allBackends.get().stream()
                        .collect(Collectors.groupingBy(RunGauges::ready, Collectors.counting()));
        for (String status : List.of("True", "False", "Unknown")) {
            byReady.putIfAbsent(status, 0L);
        }
        backends.register(rows("ready", byReady), true);
    }

    private static List<MultiGauge.Row<?>> rows(String tag, Map<String, Long> counts) {
        return counts.entrySet().stream()
                .<MultiGauge.Row<?>>map(
                        count -> MultiGauge.Row.of(Tags.of(tag, count.getKey()), count.getValue()))
                .toList();
    }

    private static String ready(StorageBackend backend) {
        return backend.getStatus() == null || backend.getStatus().getConditions() == null
                ? "Unknown"
                : backend.getStatus().getConditions().stream()
                        .filter(condition -> "Ready".equals(condition.getType()))
                        .map(condition -> condition.getStatus())
                        .findFirst()
                        .orElse("Unknown");
    }

    private Stream<RunStatus> underWay() {
        return Arrays.stream(RunPhase.values())
                .filter(phase -> !phase.settled())
                .flatMap(this::inPhase);
    }

    private Stream<RunStatus> inPhase(RunPhase phase) {
        return runs.apply(phase).stream()
                .map(VolumePopulation::getStatus)
                .map(RunRecords::status)
                .flatMap(Optional::stream);
    }

    private double oldestSeconds(RunPhase phase) {
        Instant now = clock.instant();
        return inPhase(phase)
                .mapToDouble(run -> Duration.between(run.started(), now).toMillis() / 1000.0)
                .max()
                .orElse(0);
    }
}
