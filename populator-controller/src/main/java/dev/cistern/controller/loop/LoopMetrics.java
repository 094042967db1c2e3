package dev.cistern.controller.loop;

import dev.cistern.controller.model.ClaimKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/// What the control loop tells of itself.
public final class LoopMetrics {
    private final Timer succeeded;
    private final Timer failed;
    private final Counter conflicts;

    /// Meters in a registry.
    public LoopMetrics(MeterRegistry registry, WorkQueue<ClaimKey> queue, Turns turns) {
        succeeded = timer(registry, "success");
        failed = timer(registry, "again");
        conflicts =
                Counter.builder("cistern.reconcile.conflicts")
                        .description("Writes that found the cluster changed since it was observed")
                        .register(registry);
        gauge(
                registry,
                "cistern.queue.depth",
                queue,
                WorkQueue::depth,
                "PVCs that wait to be looked at");
        gauge(registry, "cistern.queue.working", queue, WorkQueue::working, "PVCs being looked at");
        gauge(
                registry,
                "cistern.turns.waiting",
                turns,
                Turns::waiting,
                "PVCs that wait for their turn to have their run begun");
        gauge(
                registry,
                "cistern.turns.taken",
                turns,
                Turns::taken,
                "Runs whose next step is the control plane's");
    }

    private static <T> void gauge(
            MeterRegistry registry,
            String name,
            T object,
            ToDoubleFunction<T> value,
            String description) {
        Gauge.builder(name, object, value).description(description).register(registry);
    }

    private static Timer timer(MeterRegistry registry, String result) {
        return Timer.builder("cistern.reconcile")
                .description("Looks at a PVC, writes included")
                .tag("result", result)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(registry);
    }

    void reconciled(boolean success, Duration took) {
        (success ? succeeded : failed).record(took);
    }

    void conflict() {
        conflicts.increment();
    }
}
