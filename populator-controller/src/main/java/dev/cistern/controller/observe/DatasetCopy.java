package dev.cistern.controller.observe;

import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.BackendPaths;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.model.Claim;
import java.util.List;
import java.util.Optional;

/// What a run from a `Dataset` is asked to do.
///
/// @param populateNamespace where platform credentials live
record DatasetCopy(String populateNamespace) {
    /// Fields of a source that a run has in another form.
    static final List<String> LOOKED_UP = List.of("storageBackendRef", "path");

    VolumePopulationSpec of(ClusterView view, Claim claim, Dataset dataset) throws Unresolved {
        Sources source = CopyOf.allBut(LOOKED_UP, dataset.getSpec().getSource(), Sources.class);
        String backendName = dataset.getSpec().getSource().getStorageBackendRef();
        source.setBackendName(backendName);
        source.setBackend(SharedBackends.usable(view, claim, backendName));
        String path = dataset.getSpec().getSource().getPath();
        Optional<String> wrong =
                BackendPaths.wrong(
                        path, source.getBackend().getType(), "StorageBackend " + backendName);
        if (wrong.isPresent()) {
            throw Unresolved.unsupported(
                    claim.source().display() + ": spec.source.path: " + wrong.get());
        }
        Backends.of(source).place(path, true, source);
        VolumePopulationSpec frozen =
                SnapshotCopy.begin(claim, dataset.getMetadata(), populateNamespace);
        frozen.setSources(List.of(source));
        if (dataset.getSpec().getVerify() != null) {
            frozen.setVerify(
                    switch (dataset.getSpec().getVerify()) {
                        case FULL -> VolumePopulationSpec.Verify.FULL;
                        case SIZE -> VolumePopulationSpec.Verify.SIZE;
                    });
        }
        return frozen;
    }
}
