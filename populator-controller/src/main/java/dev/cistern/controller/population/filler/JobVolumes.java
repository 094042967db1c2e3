package dev.cistern.controller.population.filler;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.backend.Credentials;
import dev.cistern.controller.population.model.Prime;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import java.util.ArrayList;
import java.util.List;

/// The volumes of a Job and their mount paths: the one to fill, one for temporary files, and one with the credentials
/// of each source that uses files.
final class JobVolumes {
    /// Where the volume to fill is mounted.
    static final String TARGET = "/data";

    /// The API server's minimum lifetime of a token is 10 min; an hour is usual.
    private static final long TOKEN_SECONDS = 3600;

    private JobVolumes() {}

    /// Mount path of the credential files of source number `index`.
    static String directory(int index) {
        return "/var/run/cistern/source-" + index;
    }

    static List<VolumeMount> mounts(VolumePopulationSpec spec) {
        List<VolumeMount> mounts = new ArrayList<>();
        mounts.add(new VolumeMountBuilder().withName("data").withMountPath(TARGET).build());
        mounts.add(new VolumeMountBuilder().withName("tmp").withMountPath("/tmp").build());
        for (int i = 0; i < spec.getSources().size(); i++) {
            if (!files(spec.getSources().get(i)).isEmpty()) {
                mounts.add(
                        new VolumeMountBuilder()
                                .withName(name(i))
                                .withMountPath(directory(i))
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
            List<VolumeProjection> files = files(spec.getSources().get(i));
            if (!files.isEmpty()) {
                volumes.add(
                        new VolumeBuilder()
                                .withName(name(i))
                                .withNewProjected()
                                .withSources(files)
                                .endProjected()
                                .build());
            }
        }
        return volumes;
    }

    private static String name(int index) {
        return "credentials-" + index;
    }

    private static List<VolumeProjection> files(Sources source) {
        Credentials credentials = Backends.of(source).credentials(source.getBackend());
        List<VolumeProjection> files = new ArrayList<>();
        credentials
                .account()
                .filter(account -> account.audience() != null)
                .ifPresent(
                        account ->
                                files.add(
                                        new VolumeProjectionBuilder()
                                                .withNewServiceAccountToken()
                                                .withAudience(account.audience())
                                                .withExpirationSeconds(TOKEN_SECONDS)
                                                .withPath(Credentials.TOKEN_FILE)
                                                .endServiceAccountToken()
                                                .build()));
        for (Credentials.SecretFile file : credentials.files()) {
            files.add(
                    new VolumeProjectionBuilder()
                            .withNewSecret()
                            .withName(file.secret().getName())
                            .withOptional(file.secret().getOptional())
                            .addNewItem()
                            .withKey(file.secret().getKey())
                            .withPath(file.name())
                            .endItem()
                            .endSecret()
                            .build());
        }
        return files;
    }
}
