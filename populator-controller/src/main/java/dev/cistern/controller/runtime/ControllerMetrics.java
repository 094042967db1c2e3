package dev.cistern.controller.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/// The metrics of one controller's loop. Each has the label `controller`.
final class ControllerMetrics {
    private static final String CONTROLLER = "controller";

    private final Timer succeeded;
    private final Timer failed;
    private final Counter conflicts;

    /// Meters in a registry.
    ///
    /// @param controller its name
    ControllerMetrics(MeterRegistry registry, String controller, WorkQueue<?> queue) {
        succeeded = timer(registry, controller, "success");
        failed = timer(registry, controller, "error");
        conflicts =
                Counter.builder("cistern.reconcile.conflicts")
                        .description("Writes that found the cluster changed since it was observed")
                        .tag(CONTROLLER, controller)
                        .register(registry);
        gauge(
                registry,
                controller,
                "cistern.queue.depth",
                queue,
                WorkQueue::depth,
                "Keys that wait for a reconcile");
        gauge(
                registry,
                controller,
                "cistern.queue.working",
                queue,
                WorkQueue::working,
                "Keys being reconciled");
    }

    private static <T> void gauge(
            MeterRegistry registry,
            String controller,
            String name,
            T object,
            ToDoubleFunction<T> value,
            String description) {
        Gauge.builder(name, object, value)
                .description(description)
                .tag(CONTROLLER, controller)
                .register(registry);
    }

    private static Timer timer(MeterRegistry registry, String controller, String result) {
        return Timer.builder("cistern.reconcile")
                .description("Reconciles of a key, writes included")
                .tag(CONTROLLER, controller)
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
