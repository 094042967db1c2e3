package dev.cistern.controller.world;

import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.model.FeatureGates;
import dev.cistern.controller.model.JobProxy;
import dev.cistern.controller.model.PopulateNamespaces;
import dev.cistern.controller.population.filler.Fillers;
import dev.cistern.controller.population.model.Settings;
import dev.cistern.controller.population.observe.Observer;
import dev.cistern.controller.population.plan.Planner;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;

/// An installation.
public final class TestSettings {
    /// Its settings.
    public static final Settings SETTINGS =
            new Settings(
                    new PopulateNamespaces("cistern-populate", "ack-volume-populator"),
                    "cistern/populate:dev",
                    "IfNotPresent",
                    List.of(),
                    65532,
                    Map.of("cpu", new Quantity("100m"), "memory", new Quantity("256Mi")),
                    Map.of("memory", new Quantity("512Mi")),
                    JobProxy.NONE,
                    "http://cistern-controller.cistern-system.svc:8082");

    private static final Fillers FILLERS = Fillers.of(SETTINGS);

    private TestSettings() {}

    /// Its planner.
    public static Planner planner() {
        return new Planner(SETTINGS, FILLERS);
    }

    /// Its observer of a view.
    public static Observer observer(ClusterView view) {
        return observer(view, FeatureGates.ALL);
    }

    /// Its observer of a view, with some features off.
    public static Observer observer(ClusterView view, FeatureGates gates) {
        return new Observer(view, FILLERS, SETTINGS.namespaces(), gates);
    }
}
