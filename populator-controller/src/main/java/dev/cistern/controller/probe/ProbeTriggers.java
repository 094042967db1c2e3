package dev.cistern.controller.probe;

import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.controller.cluster.References;
import dev.cistern.controller.cluster.WatchedKinds;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.function.Consumer;

/// Which StorageBackends are looked at when something changes.
final class ProbeTriggers {
    private final WatchedKinds kinds;
    private final Consumer<? super String> enqueue;

    /// @param enqueue told about each StorageBackend, by name
    ProbeTriggers(WatchedKinds kinds, Consumer<? super String> enqueue) {
        this.kinds = kinds;
        this.enqueue = enqueue;
    }

    /// Subscribes. To be called before the informers start.
    void subscribe() {
        kinds.backends.onSpecChange(b -> enqueue.accept(b.getMetadata().getName()));
        // A run may have found out that it cannot be used.
        kinds.backends.onChange(
                b -> enqueue.accept(b.getMetadata().getName()),
                (before, after) ->
                        !ProbeObserver.readiness(before).equals(ProbeObserver.readiness(after)));
        kinds.objectPopulators.onSpecChange(this::populatorChanged);
        kinds.datasets.onSpecChange(
                d -> enqueue.accept(d.getSpec().getSource().getStorageBackendRef()));
        kinds.jobs.onChange(this::childChanged);
        kinds.pods.onChange(this::childChanged);
    }

    /// All StorageBackends.
    static Collection<String> all(WatchedKinds kinds) {
        return kinds.backends.list().stream().map(b -> b.getMetadata().getName()).toList();
    }

    private void populatorChanged(ObjectVolumePopulator populator) {
        populator.getSpec().getSources().stream()
                .filter(source -> source.getBackendRef() != null)
                .map(source -> source.getBackendRef().getName())
                .distinct()
                .forEach(enqueue);
    }

    private void childChanged(HasMetadata child) {
        References.probedBackend(child).ifPresent(enqueue);
    }
}
