package dev.cistern.controller.resolve;

import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.BackendPaths;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.model.Claim;
import java.util.List;
import java.util.Optional;

/// Takes the snapshot of a `Dataset` for a run.
///
/// @param populateNamespace where platform credentials live
record DatasetSnapshot(String populateNamespace) {
    /// Fields of a source that have another form in a run.
    static final List<String> LOOKED_UP = List.of("storageBackendRef", "path");

    VolumePopulationSpec of(ClusterView view, Claim claim, Dataset dataset)
            throws UnresolvedException {
        Sources source = CopyOf.allBut(LOOKED_UP, dataset.getSpec().getSource(), Sources.class);
        String backendName = dataset.getSpec().getSource().getStorageBackendRef();
        source.setBackendName(backendName);
        source.setBackend(SharedBackends.usable(view, claim, backendName));
        String path = dataset.getSpec().getSource().getPath();
        Optional<String> wrong =
                BackendPaths.wrong(
                        path,
                        dataset.getSpec().getSource().getList() != null,
                        source.getBackend(),
                        "StorageBackend " + backendName);
        if (wrong.isPresent()) {
            throw UnresolvedException.unsupported(
                    claim.source().display() + ": spec.source." + wrong.get());
        }
        Backends.of(source).place(path, true, source);
        VolumePopulationSpec snapshot =
                SnapshotBase.begin(claim, dataset.getMetadata(), populateNamespace);
        snapshot.setSources(List.of(source));
        if (dataset.getSpec().getVerify() != null) {
            snapshot.setVerify(
                    switch (dataset.getSpec().getVerify()) {
                        case FULL -> VolumePopulationSpec.Verify.FULL;
                        case SIZE -> VolumePopulationSpec.Verify.SIZE;
                    });
        }
        return snapshot;
    }
}
