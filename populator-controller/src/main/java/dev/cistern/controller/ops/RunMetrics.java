package dev.cistern.controller.ops;

import dev.cistern.controller.cluster.ClusterCache;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.population.RunAdmission;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/// Gauges of the runs: by phase, and how many are admitted at once.
public final class RunMetrics {
    private RunMetrics() {}

    /// Registers the gauges.
    public static void register(
            MeterRegistry registry, ClusterCache cache, RunAdmission admission) {
        for (RunPhase phase : RunPhase.values()) {
            Gauge.builder("cistern.runs", cache, c -> c.runsIn(phase))
                    .description("Runs by phase")
                    .tag("phase", phase.text())
                    .register(registry);
        }
        Gauge.builder("cistern.run.admission.queued", admission, RunAdmission::queued)
                .description("PVCs that wait for their run to start")
                .register(registry);
        Gauge.builder("cistern.run.admission.slots.used", admission, RunAdmission::admitted)
                .description("Runs whose next step is the control plane's")
                .register(registry);
    }
}
