package dev.cistern.controller.ops;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.population.model.RunStatus;
import dev.cistern.controller.population.observe.RunRecords;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// Counts how runs end and how long they took. Every replica sees each end and only the leader counts it, so that the sum over
/// the replicas is right. An end that happens while no replica leads is not counted.
public final class RunOutcomes {
    /// From seconds for a few files to a day, the time that a store may be away.
    private static final Duration[] BUCKETS = {
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(6),
        Duration.ofHours(24)
    };

    private final MeterRegistry registry;
    private final BooleanSupplier leading;
    private final Predicate<VolumePopulation> exists;

    /// UIDs of runs that were seen before their end; as many as there are such runs in the cluster.
    private final Set<String> underWay = new HashSet<>();

    /// Nothing is counted so far.
    ///
    /// @param leading whether this replica leads
    /// @param exists whether a run is still in the cluster
    public RunOutcomes(
            MeterRegistry registry, BooleanSupplier leading, Predicate<VolumePopulation> exists) {
        this.registry = registry;
        this.leading = leading;
        this.exists = exists;
        // Alerts on a rate need the series to exist before the first failure.
        for (RunPhase end : new RunPhase[] {RunPhase.SUCCEEDED, RunPhase.FAILED}) {
            duration(end);
        }
        fetched();
    }

    /// Takes note of a run's state: it was added, changed or deleted.
    public synchronized void changed(VolumePopulation run) {
        String uid = run.getMetadata().getUid();
        Optional<RunStatus> status =
                Optional.ofNullable(run.getStatus()).flatMap(RunRecords::status);
        boolean settled = status.filter(known -> known.phase().settled()).isPresent();
        if (!settled && exists.test(run)) {
            underWay.add(uid);
        } else if (underWay.remove(uid) && settled && leading.getAsBoolean()) {
            count(status.get());
        }
    }

    private void count(RunStatus status) {
        String phase = status.phase().text();
        Counter.builder("cistern.runs.ended")
                .description("Runs that ended, by phase and reason")
                .tag("phase", phase)
                .tag("reason", status.reason())
                .register(registry)
                .increment();
        Instant finished = status.finished();
        if (finished != null) {
            Duration took = Duration.between(status.started(), finished);
            duration(status.phase()).record(took.isNegative() ? Duration.ZERO : took);
        }
        status.result().ifPresent(result -> fetched().increment(result.bytesFetched()));
    }

    private Timer duration(RunPhase end) {
        return Timer.builder("cistern.run.duration")
                .description("Time from the making of a run to its end")
                .tag("phase", end.text())
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    private Counter fetched() {
        return Counter.builder("cistern.fetched")
                .baseUnit("bytes")
                .description("Bytes that ended runs read from stores, all attempts together")
                .register(registry);
    }
}
