package dev.cistern.controller.population.filler;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.controller.job.PodDefaults;
import dev.cistern.controller.job.SourceCredentials;
import dev.cistern.controller.population.model.Prime;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/// The volumes of a Job and their mount paths: the one to fill, one for temporary files, and one with the credentials
/// of each source that uses files.
final class JobVolumes {
    /// Where the volume to fill is mounted.
    static final String TARGET = "/data";

    private JobVolumes() {}

    static List<VolumeMount> mounts(VolumePopulationSpec spec) {
        List<VolumeMount> mounts = new ArrayList<>();
        mounts.add(new VolumeMountBuilder().withName("data").withMountPath(TARGET).build());
        mounts.add(PodDefaults.temporaryMount());
        mounts.addAll(SourceCredentials.mounts(spec.getSources()));
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
        volumes.add(PodDefaults.temporary());
        volumes.addAll(SourceCredentials.volumes(spec.getSources()));
        return volumes;
    }
}
