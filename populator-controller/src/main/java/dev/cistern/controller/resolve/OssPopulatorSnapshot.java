package dev.cistern.controller.resolve;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.oss.v1beta1.OSSVolumePopulatorSpec;
import dev.cistern.api.oss.v1beta1.ossvolumepopulatorspec.generic.RrsaConfigs;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.OssBackend;
import dev.cistern.controller.model.Claim;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
        Sources source =
                OssBackend.source(
                        spec.getRegion(),
                        spec.getEndpoint(),
                        spec.getBucket(),
                        Objects.requireNonNullElse(spec.getPath(), ""),
                        access(given));
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
            Optional<String> refused = PlatformPods.refused(generic);
            if (refused.isPresent()) {
                throw UnresolvedException.unsupported(name + refused.get());
            }
            snapshot.setGeneric(generic);
        }
        return snapshot;
    }

    private static OssBackend.Access access(
            dev.cistern.api.oss.v1beta1.ossvolumepopulatorspec.@Nullable Generic generic) {
        if (generic != null && generic.getRrsaConfigs() != null) {
            RrsaConfigs role = generic.getRrsaConfigs();
            return new OssBackend.Access.Role(role.getRoleArn(), role.getOidcProviderArn());
        }
        return generic == null || generic.getSecretRef() == null
                ? new OssBackend.Access.Anonymous()
                : new OssBackend.Access.Secret(generic.getSecretRef());
    }
}
