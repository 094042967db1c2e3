package dev.cistern.controller.status;

import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.cluster.ApiValues;
import dev.cistern.controller.cluster.Index;
import dev.cistern.controller.cluster.References;
import dev.cistern.controller.cluster.WatchedKinds;
import dev.cistern.controller.model.Subject;
import dev.cistern.controller.runtime.CachedKind;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Maps changes to the statuses to reconcile.
final class StatusTriggers {
    private final WatchedKinds kinds;
    private final Consumer<? super Subject> enqueue;

    /// @param enqueue called for each object whose status may be out of date
    StatusTriggers(WatchedKinds kinds, Consumer<? super Subject> enqueue) {
        this.kinds = kinds;
        this.enqueue = enqueue;
    }

    /// Subscribes. To be called before the informers start.
    void subscribe() {
        for (Subject.Kind kind : Subject.Kind.values()) {
            kind(kinds, kind).onSpecChange(object -> enqueue.accept(subject(kind, object)));
        }
        kinds.backends.onChange(
                b -> enqueue.accept(subject(Subject.Kind.STORAGE_BACKEND, b)),
                (before, after) -> !probedAt(before).equals(probedAt(after)));
        kinds.backends.onSpecChange(backend -> backendChanged(backend.getMetadata().getName()));
        kinds.namespaces.onChange(
                n -> namespaceChanged(n.getMetadata().getName()),
                (before, after) -> !ApiValues.sameLabels(before, after));
        kinds.claims.onChange(this::claimChanged);
        kinds.runs.onChange(this::runChanged);
    }

    private static Optional<ZonedDateTime> probedAt(StorageBackend backend) {
        return Optional.ofNullable(backend.getStatus())
                .flatMap(status -> Optional.ofNullable(status.getProbe()))
                .flatMap(probe -> Optional.ofNullable(probe.getFinishedAt()));
    }

    /// All objects that have such a status.
    static Collection<Subject> all(WatchedKinds kinds) {
        List<Subject> all = new ArrayList<>();
        for (Subject.Kind kind : Subject.Kind.values()) {
            kind(kinds, kind).list().forEach(object -> all.add(subject(kind, object)));
        }
        return all;
    }

    /// The cache of a kind.
    static CachedKind<? extends HasMetadata> kind(WatchedKinds kinds, Subject.Kind kind) {
        return switch (kind) {
            case OBJECT_VOLUME_POPULATOR -> kinds.objectPopulators;
            case OSS_VOLUME_POPULATOR -> kinds.ossPopulators;
            case DATASET -> kinds.datasets;
            case STORAGE_BACKEND -> kinds.backends;
            case DATASET_CLAIM -> kinds.datasetClaims;
            case NODE_DATASET -> kinds.nodeDatasets;
            case REFRESH_DATASET -> kinds.refreshDatasets;
        };
    }

    private static Subject subject(Subject.Kind kind, HasMetadata object) {
        return new Subject(
                kind, object.getMetadata().getNamespace(), object.getMetadata().getName());
    }

    private void claimChanged(PersistentVolumeClaim claim) {
        References.source(claim).flatMap(Subject::of).ifPresent(enqueue);
    }

    private void runChanged(VolumePopulation run) {
        Subject.of(References.source(run)).ifPresent(enqueue);
        for (String backend : References.backends(run)) {
            enqueue.accept(new Subject(Subject.Kind.STORAGE_BACKEND, null, backend));
        }
    }

    /// Whether a populator can be used depends on the labels of its namespace.
    private void namespaceChanged(String name) {
        kinds.objectPopulators
                .byIndex(CachedKind.NAMESPACE, name)
                .forEach(p -> enqueue.accept(subject(Subject.Kind.OBJECT_VOLUME_POPULATOR, p)));
    }

    /// Whether a populator can be used depends on its backends.
    private void backendChanged(String name) {
        kinds.objectPopulators
                .byIndex(Index.BACKEND, name)
                .forEach(p -> enqueue.accept(subject(Subject.Kind.OBJECT_VOLUME_POPULATOR, p)));
        kinds.datasets
                .byIndex(Index.BACKEND, name)
                .forEach(d -> enqueue.accept(subject(Subject.Kind.DATASET, d)));
    }
}
