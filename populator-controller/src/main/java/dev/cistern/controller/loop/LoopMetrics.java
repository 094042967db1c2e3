package dev.cistern.controller.loop;

import dev.cistern.controller.model.ClaimKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

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
        Gauge.builder("cistern.queue.depth", queue, WorkQueue::depth)
                .description("PVCs that wait to be looked at")
                .register(registry);
        Gauge.builder("cistern.queue.working", queue, WorkQueue::working)
                .description("PVCs being looked at")
                .register(registry);
        Gauge.builder("cistern.turns.waiting", turns, Turns::waiting)
                .description("PVCs that wait for their turn to have their run begun")
                .register(registry);
        Gauge.builder("cistern.turns.taken", turns, Turns::taken)
                .description("Runs whose next step is the control plane's")
                .register(registry);
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
