package dev.cistern.controller.ops;

import dev.cistern.controller.observe.Informers;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/// Counts runs by phase, from what the informers hold.
public final class RunMetrics {
    private RunMetrics() {}

    /// Registers the gauges.
    public static void register(MeterRegistry registry, Informers informers) {
        for (var phase : dev.cistern.controller.model.Phase.values()) {
            Gauge.builder("cistern.runs", informers, i -> i.runsIn(phase))
                    .description("Runs by phase")
                    .tag("phase", phase.text())
                    .register(registry);
        }
    }
}
