package dev.cistern.controller.observe;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.oss.v1beta1.OSSVolumePopulatorSpec;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.Oss;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.model.Claim;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.List;
import java.util.Objects;

/// What a run from an `OSSVolumePopulator` is asked to do.
///
/// @param populateNamespace where its Secrets live
record OssPopulatorCopy(String populateNamespace) {
    VolumePopulationSpec of(Claim claim, OSSVolumePopulator populator) throws Unresolved {
        OSSVolumePopulatorSpec spec = populator.getSpec();
        String name = claim.source().display() + ": spec.";
        if (spec.getMode() == OSSVolumePopulatorSpec.Mode.BMCPFSDATAFLOW) {
            throw Unresolved.unsupported(
                    name + "mode: bmcpfs-dataflow is not supported in this version; use generic");
        }
        dev.cistern.api.oss.v1beta1.ossvolumepopulatorspec.Generic given = spec.getGeneric();
        if (given != null && given.getRrsaConfigs() != null) {
            throw Unresolved.unsupported(
                    name + "generic.rrsaConfigs: is not supported in this version; use secretRef");
        }
        Auth auth = new Auth();
        if (given == null || given.getSecretRef() == null) {
            auth.setMode(Auth.Mode.ANONYMOUS);
        } else {
            auth.setMode(Auth.Mode.ACCESSKEY);
            auth.setAccessKeyIdSecretRef(
                    new SecretKeySelector("accessKeyId", given.getSecretRef(), null));
            auth.setSecretAccessKeySecretRef(
                    new SecretKeySelector("accessKeySecret", given.getSecretRef(), null));
        }
        Oss oss = new Oss();
        oss.setRegion(spec.getRegion());
        oss.setEndpoint(url(spec.getEndpoint()));
        StorageBackendSpec backend = new StorageBackendSpec();
        backend.setType(StorageBackendSpec.Type.OSS);
        backend.setAuth(auth);
        backend.setOss(oss);
        Sources source = new Sources();
        source.setBackend(backend);
        source.setBucket(spec.getBucket());
        source.setPrefix(
                BucketPath.tree(
                        BucketPath.withoutLeadingSlash(
                                Objects.requireNonNullElse(spec.getPath(), ""))));
        VolumePopulationSpec frozen =
                FrozenCopy.begin(claim, populator.getMetadata(), populateNamespace);
        frozen.setSources(List.of(source));
        if (given != null) {
            Generic generic = new Generic();
            generic.setLabels(given.getLabels());
            generic.setAnnotations(given.getAnnotations());
            generic.setAffinity(given.getAffinity());
            generic.setTolerations(given.getTolerations());
            generic.setThroughput(given.getThroughput());
            frozen.setGeneric(generic);
        }
        return frozen;
    }

    private static String url(String endpoint) {
        String trimmed = endpoint;
        while (trimmed.endsWith("/")) {
            trimmed = trimmed.substring(0, trimmed.length() - 1);
        }
        return trimmed.contains("://") ? trimmed : "https://" + trimmed;
    }
}
