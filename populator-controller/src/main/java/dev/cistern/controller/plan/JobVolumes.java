package dev.cistern.controller.plan;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.model.Prime;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/// The volumes of a Job and where its container sees them: the one to fill, a place for temporary files, and a token for each
/// source that is read as a ServiceAccount.
final class JobVolumes {
    /// Where the volume to fill is mounted.
    static final String TARGET = "/data";

    /// A token shorter-lived than this is refused by the API server's minimum of 10 min; an hour is the usual.
    private static final long TOKEN_SECONDS = 3600;

    private JobVolumes() {}

    static List<VolumeMount> mounts(VolumePopulationSpec spec) {
        List<VolumeMount> mounts = new ArrayList<>();
        mounts.add(new VolumeMountBuilder().withName("data").withMountPath(TARGET).build());
        mounts.add(new VolumeMountBuilder().withName("tmp").withMountPath("/tmp").build());
        for (int i = 0; i < spec.getSources().size(); i++) {
            if (usesToken(spec.getSources().get(i))) {
                mounts.add(
                        new VolumeMountBuilder()
                                .withName("token-" + i)
                                .withMountPath(WireSources.tokenDirectory(i))
                                .withReadOnly(true)
                                .build());
            }
        }
        return mounts;
    }

    static List<Volume> volumes(VolumePopulationSpec spec, Prime prime) {
        List<Volume> volumes = new ArrayList<>();
        volumes.add(
                new VolumeBuilder()
                        .withName("data")
                        .withNewPersistentVolumeClaim()
                        .withClaimName(prime.name())
                        .endPersistentVolumeClaim()
                        .build());
        volumes.add(
                new VolumeBuilder()
                        .withName("tmp")
                        .withNewEmptyDir()
                        .withSizeLimit(new Quantity("64Mi"))
                        .endEmptyDir()
                        .build());
        for (int i = 0; i < spec.getSources().size(); i++) {
            if (usesToken(spec.getSources().get(i))) {
                volumes.add(
                        new VolumeBuilder()
                                .withName("token-" + i)
                                .withNewProjected()
                                .addNewSource()
                                .withNewServiceAccountToken()
                                .withAudience(
                                        spec.getSources()
                                                .get(i)
                                                .getBackend()
                                                .getAuth()
                                                .getIam()
                                                .getAudience())
                                .withExpirationSeconds(TOKEN_SECONDS)
                                .withPath("token")
                                .endServiceAccountToken()
                                .endSource()
                                .endProjected()
                                .build());
            }
        }
        return volumes;
    }

    /// Whether a source is read with a token of the pod's ServiceAccount.
    static boolean usesToken(Sources source) {
        return source.getBackend().getAuth().getMode() == Auth.Mode.IAM;
    }
}
