package dev.cistern.controller.probe.plan;

import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.job.PodDefaults;
import dev.cistern.controller.job.SourceCredentials;
import dev.cistern.controller.job.SourceProxy;
import dev.cistern.controller.model.Names;
import dev.cistern.populate.wire.ProbeSpec;
import dev.cistern.populate.wire.SourceSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The Job of a probe: the populate image with the subcommand `probe`, and what a populate Job of the backend would have to get in. It has no volume
/// and no access to the cluster.
final class ProbeManifest {
    /// For the store to answer in.
    static final int PROBE_SECONDS = 60;

    /// For all of it, image and pod included.
    static final long DEADLINE_SECONDS = 180;

    /// What is left when the controller is away for that long.
    private static final int LEFTOVER_SECONDS = 600;

    private static final long GRACE_SECONDS = 5;

    private final ProbeSettings settings;

    ProbeManifest(ProbeSettings settings) {
        this.settings = settings;
    }

    /// The Job of probe number `number`.
    Job of(ProbeView seen, Sources source, long number) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(Names.LABEL_MANAGED_BY, Names.MANAGED_BY);
        labels.put(Names.LABEL_PROBE, seen.uid());
        labels.put(Names.LABEL_NO_BACKUP, "true");
        Map<String, String> annotations = new LinkedHashMap<>();
        annotations.put(Names.ANNOTATION_BACKEND, seen.name());
        annotations.put(Names.ANNOTATION_FINGERPRINT, seen.fingerprint());
        List<Sources> sources = List.of(source);
        List<Volume> volumes = new ArrayList<>(List.of(PodDefaults.temporary()));
        volumes.addAll(SourceCredentials.volumes(sources));
        return new JobBuilder()
                .withMetadata(
                        new ObjectMetaBuilder()
                                .withName(Names.probe(seen.uid(), number))
                                .withNamespace(settings.namespace())
                                .withLabels(labels)
                                .withAnnotations(annotations)
                                .addNewOwnerReference()
                                .withApiVersion("cistern.dev/v1alpha1")
                                .withKind("StorageBackend")
                                .withName(seen.name())
                                .withUid(seen.uid())
                                .withBlockOwnerDeletion(false)
                                .endOwnerReference()
                                .build())
                .withNewSpec()
                .withBackoffLimit(0)
                .withActiveDeadlineSeconds(DEADLINE_SECONDS)
                .withTtlSecondsAfterFinished(LEFTOVER_SECONDS)
                .withNewTemplate()
                .withMetadata(
                        new ObjectMetaBuilder()
                                .withLabels(PodDefaults.labels(sources, labels))
                                .withAnnotations(PodDefaults.annotations(annotations))
                                .build())
                .withNewSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withServiceAccountName(SourceCredentials.serviceAccount(sources).orElse(null))
                .withTerminationGracePeriodSeconds(GRACE_SECONDS)
                .withNewSecurityContext()
                .withRunAsNonRoot(settings.userId() != 0)
                .withRunAsUser(settings.userId())
                .withRunAsGroup(settings.userId())
                .withFsGroup(settings.userId())
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withImagePullSecrets(
                        settings.imagePullSecrets().stream()
                                .map(LocalObjectReference::new)
                                .toList())
                .withContainers(container(source))
                .withVolumes(volumes)
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    private Container container(Sources source) {
        List<Sources> sources = List.of(source);
        List<EnvVar> env = new ArrayList<>();
        SourceSpec spec =
                new SourceSpec(
                        Backends.of(source).store(source, SourceCredentials.directory(0)),
                        "",
                        List.of(),
                        List.of(),
                        null,
                        SourceProxy.of(source.getBackend(), settings.proxy()).spec());
        env.add(
                new EnvVarBuilder()
                        .withName(ProbeSpec.ENVIRONMENT_NAME)
                        .withValue(new ProbeSpec(spec, PROBE_SECONDS).toJson())
                        .build());
        env.addAll(SourceCredentials.variables(sources, settings.proxy()));
        List<VolumeMount> mounts = new ArrayList<>(List.of(PodDefaults.temporaryMount()));
        mounts.addAll(SourceCredentials.mounts(sources));
        return new ContainerBuilder()
                .withName("probe")
                .withImage(settings.image())
                .withImagePullPolicy(settings.imagePullPolicy())
                .withArgs("probe")
                .withEnv(env)
                .withResources(settings.resources())
                .withVolumeMounts(mounts)
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withSecurityContext(PodDefaults.restricted())
                .build();
    }
}
