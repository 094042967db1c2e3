package dev.cistern.controller.population;

import dev.cistern.controller.cluster.ApiValues;
import dev.cistern.controller.cluster.Index;
import dev.cistern.controller.cluster.References;
import dev.cistern.controller.cluster.WatchedKinds;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.SourceKind;
import dev.cistern.controller.model.SourceRef;
import dev.cistern.controller.runtime.CachedKind;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/// Maps changes to the PVCs to reconcile.
///
/// Called by the informers' own threads, for each change.
final class PopulationTriggers {
    private final WatchedKinds kinds;
    private final Consumer<? super ClaimKey> enqueue;

    /// @param enqueue told about each PVC to reconcile
    PopulationTriggers(WatchedKinds kinds, Consumer<? super ClaimKey> enqueue) {
        this.kinds = kinds;
        this.enqueue = enqueue;
    }

    /// Subscribes. To be called before the informers start.
    void subscribe() {
        kinds.claims.onChange(this::claimChanged);
        kinds.volumes.onChange(this::volumeChanged);
        kinds.classes.onChange(c -> waiting(Index.CLASS, c.getMetadata().getName()));
        kinds.jobs.onChange(this::childChanged);
        kinds.pods.onChange(this::childChanged);
        kinds.runs.onChange(run -> byUid(run.getSpec().getPvc().getUid()));
        kinds.objectPopulators.onSpecChange(this::objectPopulatorChanged);
        kinds.ossPopulators.onSpecChange(this::ossPopulatorChanged);
        kinds.datasets.onSpecChange(d -> sourceChanged(SourceKind.DATASET, d));
        kinds.backends.onSpecChange(b -> backendChanged(b.getMetadata().getName()));
        kinds.namespaces.onChange(
                n -> namespaceChanged(n.getMetadata().getName()),
                (before, after) -> !ApiValues.sameLabels(before, after));
        // Runs that wait for its store are tried at once when it is ready again.
        kinds.backends.onChange(
                b -> runsOfBackend(b.getMetadata().getName()),
                (before, after) ->
                        ApiValues.readySince(before).isEmpty()
                                && ApiValues.readySince(after).isPresent());
        kinds.grants.onChange(g -> grantChanged(g.getMetadata().getNamespace()));
    }

    /// Every PVC that names one of our kinds, and those that are gone and have left a Job or a prime.
    static Collection<ClaimKey> all(WatchedKinds kinds) {
        Set<ClaimKey> keys = new LinkedHashSet<>();
        PopulationTriggers collector = new PopulationTriggers(kinds, keys::add);
        kinds.claims.list().forEach(collector::claimChanged);
        kinds.jobs.list().forEach(collector::childChanged);
        return keys;
    }

    private void claimChanged(PersistentVolumeClaim claim) {
        if (References.source(claim).isPresent()) {
            enqueue.accept(References.key(claim));
        } else {
            childChanged(claim);
        }
    }

    /// A prime, a Job or a pod: its labels name the PVC.
    private void childChanged(HasMetadata child) {
        References.runOf(child).ifPresent(this::byUid);
    }

    private void byUid(String uid) {
        // The name label is only for people; a name that was truncated is found by the UID.
        enqueue.accept(
                kinds.claimByUid(uid)
                        .map(References::key)
                        .orElseGet(() -> new ClaimKey("", "", uid)));
    }

    private void volumeChanged(PersistentVolume volume) {
        if (volume.getSpec() != null
                && volume.getSpec().getClaimRef() != null
                && volume.getSpec().getClaimRef().getUid() != null) {
            kinds.claimByUid(volume.getSpec().getClaimRef().getUid()).ifPresent(this::claimChanged);
        }
    }

    private void objectPopulatorChanged(HasMetadata populator) {
        sourceChanged(SourceKind.OBJECT_VOLUME_POPULATOR, populator);
    }

    private void ossPopulatorChanged(HasMetadata populator) {
        sourceChanged(SourceKind.OSS_VOLUME_POPULATOR, populator);
    }

    private void sourceChanged(SourceKind kind, HasMetadata object) {
        SourceRef ref =
                new SourceRef(
                        kind,
                        kind.namespaced() ? object.getMetadata().getNamespace() : null,
                        object.getMetadata().getName());
        waiting(Index.SOURCE, ref.indexKey());
    }

    private void backendChanged(String name) {
        // Runs under way keep to the store as it was, and not to who may read it.
        runsOfBackend(name);
        kinds.objectPopulators.byIndex(Index.BACKEND, name).forEach(this::objectPopulatorChanged);
        kinds.datasets
                .byIndex(Index.BACKEND, name)
                .forEach(d -> sourceChanged(SourceKind.DATASET, d));
    }

    private void runsOfBackend(String name) {
        kinds.runs
                .byIndex(Index.BACKEND_UNDER_WAY, name)
                .forEach(run -> byUid(run.getSpec().getPvc().getUid()));
    }

    /// Rare: every PVC of the namespace, which backends may select by its labels.
    private void namespaceChanged(String name) {
        kinds.claims.byIndex(CachedKind.NAMESPACE, name).forEach(this::claimChanged);
    }

    /// Rare: every waiting PVC whose source is in the grant's namespace.
    private void grantChanged(String namespace) {
        kinds.objectPopulators
                .byIndex(CachedKind.NAMESPACE, namespace)
                .forEach(this::objectPopulatorChanged);
        kinds.ossPopulators
                .byIndex(CachedKind.NAMESPACE, namespace)
                .forEach(this::ossPopulatorChanged);
    }

    private void waiting(String index, String value) {
        kinds.claims.byIndex(index, value).forEach(this::claimChanged);
    }
}
