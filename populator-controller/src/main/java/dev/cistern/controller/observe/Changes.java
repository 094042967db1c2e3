package dev.cistern.controller.observe;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.SourceKind;
import dev.cistern.controller.model.SourceRef;
import dev.cistern.controller.model.Subject;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.Optional;
import java.util.function.Consumer;

/// Who is to be looked at when something changes.
///
/// Told by the informers' own threads, at once and for each change; whoever listens only notes it.
final class Changes {
    private final WatchedKinds kinds;
    private final Consumer<ClaimKey> claim;
    private final Consumer<Subject> status;

    /// @param claim told about each PVC that may need a look
    /// @param status told about each object whose own status may be out of date
    Changes(WatchedKinds kinds, Consumer<ClaimKey> claim, Consumer<Subject> status) {
        this.kinds = kinds;
        this.claim = claim;
        this.status = status;
    }

    /// Begins to listen. To be called before the informers start.
    void listen() {
        kinds.claims.onChange(this::claimChanged);
        kinds.volumes.onChange(this::volumeChanged);
        kinds.classes.onChange(c -> wake(Index.CLASS, c.getMetadata().getName()));
        kinds.jobs.onChange(this::childChanged);
        kinds.pods.onChange(this::childChanged);
        kinds.runs.onChange(this::runChanged);
        kinds.objectPopulators.onSpecChange(
                p -> sourceChanged(SourceKind.OBJECT_VOLUME_POPULATOR, p));
        kinds.datasets.onSpecChange(d -> sourceChanged(SourceKind.DATASET, d));
        kinds.backends.onSpecChange(this::backendChanged);
        kinds.datasetClaims.onSpecChange(c -> told(Subject.Kind.DATASET_CLAIM, c));
        kinds.nodeDatasets.onSpecChange(n -> told(Subject.Kind.NODE_DATASET, n));
        kinds.refreshDatasets.onSpecChange(r -> told(Subject.Kind.REFRESH_DATASET, r));
    }

    /// As if every PVC that names one of our kinds, every Job and every object with a status of ours had just changed.
    void lookAtAll() {
        kinds.claims.list().forEach(this::claimChanged);
        kinds.jobs.list().forEach(this::childChanged);
        kinds.runs.list().forEach(this::statusesOfRun);
        kinds.objectPopulators.list().forEach(p -> told(SourceKind.OBJECT_VOLUME_POPULATOR, p));
        kinds.ossPopulators().stream()
                .flatMap(oss -> oss.list().stream())
                .forEach(p -> told(SourceKind.OSS_VOLUME_POPULATOR, p));
        kinds.datasets.list().forEach(d -> told(SourceKind.DATASET, d));
        kinds.backends.list().forEach(b -> told(Subject.Kind.STORAGE_BACKEND, b));
        kinds.datasetClaims.list().forEach(c -> told(Subject.Kind.DATASET_CLAIM, c));
        kinds.nodeDatasets.list().forEach(n -> told(Subject.Kind.NODE_DATASET, n));
        kinds.refreshDatasets.list().forEach(r -> told(Subject.Kind.REFRESH_DATASET, r));
    }

    private void claimChanged(PersistentVolumeClaim changed) {
        Optional<SourceRef> named = Claims.source(changed);
        if (named.isPresent()) {
            named.flatMap(Subject::of).ifPresent(status);
            claim.accept(
                    new ClaimKey(
                            changed.getMetadata().getNamespace(),
                            changed.getMetadata().getName(),
                            changed.getMetadata().getUid()));
        } else {
            childChanged(changed);
        }
    }

    /// A prime, a Job or a pod: its labels say whose.
    private void childChanged(HasMetadata child) {
        String uid = Index.label(child, Names.LABEL_UID);
        if (uid != null && Names.MANAGED_BY.equals(Index.label(child, Names.LABEL_MANAGED_BY))) {
            changedByUid(uid);
        }
    }

    private void changedByUid(String uid) {
        // The name is only for look-ups; one that was cut to fit a label is found by its UID.
        claim.accept(
                kinds.claimByUid(uid)
                        .map(
                                c ->
                                        new ClaimKey(
                                                c.getMetadata().getNamespace(),
                                                c.getMetadata().getName(),
                                                uid))
                        .orElseGet(() -> new ClaimKey("", "", uid)));
    }

    private void volumeChanged(PersistentVolume volume) {
        Index.claimOfVolume(volume)
                .forEach(uid -> kinds.claimByUid(uid).ifPresent(this::claimChanged));
    }

    private void runChanged(VolumePopulation run) {
        changedByUid(run.getSpec().getPvc().getUid());
        statusesOfRun(run);
    }

    private void statusesOfRun(VolumePopulation run) {
        Subject.of(Index.source(run)).ifPresent(status);
        Index.backendsOfRun(run)
                .forEach(
                        name ->
                                status.accept(
                                        new Subject(Subject.Kind.STORAGE_BACKEND, null, name)));
    }

    private void told(Subject.Kind kind, HasMetadata object) {
        status.accept(
                new Subject(
                        kind, object.getMetadata().getNamespace(), object.getMetadata().getName()));
    }

    private void told(SourceKind kind, HasMetadata object) {
        Subject.of(ref(kind, object)).ifPresent(status);
    }

    private void sourceChanged(SourceKind kind, HasMetadata object) {
        wake(Index.SOURCE, ref(kind, object).indexKey());
        told(kind, object);
    }

    private static SourceRef ref(SourceKind kind, HasMetadata object) {
        return new SourceRef(
                kind,
                kind.namespaced() ? object.getMetadata().getNamespace() : null,
                object.getMetadata().getName());
    }

    void ossPopulatorChanged(OSSVolumePopulator populator) {
        sourceChanged(SourceKind.OSS_VOLUME_POPULATOR, populator);
    }

    private void backendChanged(StorageBackend backend) {
        String name = backend.getMetadata().getName();
        told(Subject.Kind.STORAGE_BACKEND, backend);
        kinds.objectPopulators
                .byIndex(Index.BACKEND, name)
                .forEach(p -> sourceChanged(SourceKind.OBJECT_VOLUME_POPULATOR, p));
        kinds.datasets
                .byIndex(Index.BACKEND, name)
                .forEach(d -> sourceChanged(SourceKind.DATASET, d));
    }

    void grantChanged(GenericKubernetesResource grant) {
        // Rare: every waiting PVC whose source is in the grant's namespace.
        String namespace = grant.getMetadata().getNamespace();
        for (ObjectVolumePopulator p : kinds.objectPopulators.byIndex(Index.NAMESPACE, namespace)) {
            sourceChanged(SourceKind.OBJECT_VOLUME_POPULATOR, p);
        }
        kinds.ossPopulators().stream()
                .flatMap(oss -> oss.byIndex(Index.NAMESPACE, namespace).stream())
                .forEach(this::ossPopulatorChanged);
    }

    private void wake(String index, String value) {
        kinds.claims.byIndex(index, value).forEach(this::claimChanged);
    }
}
