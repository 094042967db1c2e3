package dev.cistern.controller.resolve;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Pvc;
import dev.cistern.api.v1alpha1.volumepopulationspec.Source;
import dev.cistern.controller.model.Claim;
import io.fabric8.kubernetes.api.model.ObjectMeta;

/// The part of a snapshot that is the same for every kind of source.
final class SnapshotBase {
    private SnapshotBase() {}

    /// A snapshot with the PVC and its source, without sources of data.
    ///
    /// @param source metadata of the object that the PVC names
    /// @param primeNamespace where prime and Job will live
    static VolumePopulationSpec begin(Claim claim, ObjectMeta source, String primeNamespace) {
        Pvc pvc = new Pvc();
        pvc.setName(claim.key().name());
        pvc.setUid(claim.key().uid());
        Source from = new Source();
        from.setApiGroup(claim.source().kind().group());
        from.setKind(claim.source().kind().kind());
        from.setNamespace(claim.source().namespace());
        from.setName(claim.source().name());
        from.setUid(source.getUid());
        from.setGeneration(source.getGeneration() == null ? 0 : source.getGeneration());
        VolumePopulationSpec spec = new VolumePopulationSpec();
        spec.setPvc(pvc);
        spec.setSource(from);
        spec.setPrimeNamespace(primeNamespace);
        spec.setCapacityBytes(claim.capacityBytes());
        return spec;
    }
}
