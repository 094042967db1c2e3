package dev.cistern.controller.resolve;

import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.AccessRules;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.model.Resolution;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What StorageBackends allow a run, as they are now: a run keeps to the stores as they were when it began, not to who may read them.
///
/// A StorageBackend that is gone says nothing: its runs end as they began.
///
/// @param view of the cluster
/// @param namespace of the PVC
public record RunAccess(ClusterView view, String namespace) {
    /// Why a run may not go on; empty when it may.
    public Optional<Resolution.Waiting> refusal(VolumePopulationSpec run) {
        for (Sources source : run.getSources()) {
            Optional<AccessRules.Refusal> refusal =
                    rules(source).flatMap(rules -> rules.of(source));
            if (refusal.isPresent()) {
                return refusal.map(SharedBackends::waiting);
            }
        }
        return Optional.empty();
    }

    /// What a run's Job is made of: its record, and for sources that can lead to other places the places that are allowed.
    ///
    /// @param run that is not refused; it is not changed
    public VolumePopulationSpec kept(VolumePopulationSpec run) {
        List<Sources> kept = new ArrayList<>();
        boolean changed = false;
        for (Sources source : run.getSources()) {
            Sources now = rules(source).map(rules -> rules.kept(source)).orElse(source);
            changed |= now != source;
            kept.add(now);
        }
        if (!changed) {
            return run;
        }
        VolumePopulationSpec copy =
                CopyOf.allBut(List.of("sources"), run, VolumePopulationSpec.class);
        copy.setSources(kept);
        return copy;
    }

    private Optional<AccessRules> rules(Sources source) {
        String name = source.getBackendName();
        Optional<StorageBackend> backend =
                name == null
                        ? Optional.empty()
                        : view.backend(name)
                                .filter(b -> b.getMetadata().getDeletionTimestamp() == null);
        return backend.map(
                b -> new AccessRules(name, b.getSpec(), SharedBackends.tenant(view, namespace)));
    }
}
