package dev.cistern.controller.resolve;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.oss.v1beta1.OSSVolumePopulatorSpec;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.OssBackend;
import dev.cistern.controller.model.Claim;
import java.util.List;
import java.util.Objects;

/// Takes the snapshot of an `OSSVolumePopulator` for a run.
///
/// @param populateNamespace where its Secrets live
record OssPopulatorSnapshot(String populateNamespace) {
    VolumePopulationSpec of(Claim claim, OSSVolumePopulator populator) throws UnresolvedException {
        OSSVolumePopulatorSpec spec = populator.getSpec();
        String name = claim.source().display() + ": spec.";
        if (spec.getMode() == OSSVolumePopulatorSpec.Mode.BMCPFSDATAFLOW) {
            throw UnresolvedException.unsupported(
                    name + "mode: bmcpfs-dataflow is not supported in this version; use generic");
        }
        dev.cistern.api.oss.v1beta1.ossvolumepopulatorspec.Generic given = spec.getGeneric();
        if (given != null && given.getRrsaConfigs() != null) {
            throw UnresolvedException.unsupported(
                    name + "generic.rrsaConfigs: is not supported in this version; use secretRef");
        }
        Sources source =
                OssBackend.source(
                        spec.getRegion(),
                        spec.getEndpoint(),
                        spec.getBucket(),
                        Objects.requireNonNullElse(spec.getPath(), ""),
                        given == null ? null : given.getSecretRef());
        VolumePopulationSpec snapshot =
                SnapshotBase.begin(claim, populator.getMetadata(), populateNamespace);
        snapshot.setSources(List.of(source));
        if (given != null) {
            Generic generic = new Generic();
            generic.setLabels(given.getLabels());
            generic.setAnnotations(given.getAnnotations());
            generic.setAffinity(given.getAffinity());
            generic.setTolerations(given.getTolerations());
            generic.setThroughput(given.getThroughput());
            snapshot.setGeneric(generic);
        }
        return snapshot;
    }
}
