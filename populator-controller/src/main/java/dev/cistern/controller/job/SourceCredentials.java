package dev.cistern.controller.job;

import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.backend.Credentials;
import dev.cistern.controller.model.JobProxy;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where a Job's container finds the credentials of its sources: variables and files, by reference alone. The controller reads no Secret.
public final class SourceCredentials {
    /// A token shorter-lived than this is refused by the API server's minimum of 10 min; an hour is the usual.
    private static final long TOKEN_SECONDS = 3600;

    private SourceCredentials() {}

    /// Where source number `index` finds the files of its credentials.
    public static String directory(int index) {
        return "/var/run/cistern/source-" + index;
    }

    /// The variables of all sources, those of their proxies included.
    ///
    /// @param proxy of sources whose backend names none
    public static List<EnvVar> variables(List<Sources> sources, JobProxy proxy) {
        List<EnvVar> variables = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            List<Credentials.Variable> all = new ArrayList<>(of(sources.get(i)).variables());
            all.addAll(SourceProxy.of(sources.get(i).getBackend(), proxy).variables());
            for (Credentials.Variable variable : all) {
                variables.add(
                        new EnvVarBuilder()
                                .withName("CISTERN_SOURCE_" + i + "_" + variable.name())
                                .withNewValueFrom()
                                .withSecretKeyRef(variable.secret())
                                .endValueFrom()
                                .build());
            }
        }
        return variables;
    }

    /// Where the container sees [#volumes].
    public static List<VolumeMount> mounts(List<Sources> sources) {
        List<VolumeMount> mounts = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            if (!files(sources.get(i)).isEmpty()) {
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

    /// A volume for each source that gets files.
    public static List<Volume> volumes(List<Sources> sources) {
        List<Volume> volumes = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            List<VolumeProjection> files = files(sources.get(i));
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

    /// The ServiceAccount that the sources' credentials ask for; empty when they ask for none by name.
    public static Optional<String> serviceAccount(List<Sources> sources) {
        return sources.stream()
                .flatMap(source -> of(source).account().stream())
                .flatMap(account -> Stream.ofNullable(account.name()))
                .findFirst();
    }

    private static Credentials of(Sources source) {
        return Backends.of(source).credentials(source.getBackend());
    }

    private static String name(int index) {
        return "credentials-" + index;
    }

    private static List<VolumeProjection> files(Sources source) {
        Credentials credentials = of(source);
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
