package dev.cistern.controller.population.filler;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import dev.cistern.controller.job.PodDefaults;
import dev.cistern.controller.job.SourceCredentials;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.RunSnapshot;
import dev.cistern.controller.population.model.Prime;
import dev.cistern.controller.population.model.Settings;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The Job of one attempt.
final class JobManifest {
    /// Grace period: the engine writes its journal and ends.
    private static final long GRACE_SECONDS = 30;

    /// Default deadline of an attempt: 7 days, the maximum lifetime of a report token.
    static final long DEADLINE_SECONDS = 7 * 24 * 3600;

    /// Lets the Job report the eviction of its pod, which may be gone by the time it is read. A new pod is a new
    /// attempt, started by the controller.
    private static final PodFailurePolicy DISRUPTED =
            new PodFailurePolicyBuilder()
                    .addNewRule()
                    .withAction("FailJob")
                    .addNewOnPodCondition("True", "DisruptionTarget")
                    .endRule()
                    .build();

    private final Settings settings;
    private final PopulateContainer container;

    JobManifest(Settings settings) {
        this.settings = settings;
        this.container = new PopulateContainer(settings);
    }

    /// The Job of attempt number `attempt`.
    ///
    /// @param revisions what attempts before it read, by the sources' numbers
    Job of(
            Claim claim,
            RunSnapshot snapshot,
            Map<Integer, String> revisions,
            Prime prime,
            int attempt) {
        VolumePopulationSpec spec = snapshot.spec();
        Generic generic = spec.getGeneric() == null ? new Generic() : spec.getGeneric();
        Map<String, String> labels = new LinkedHashMap<>();
        if (generic.getLabels() != null) {
            labels.putAll(generic.getLabels());
        }
        labels.putAll(Names.labels(claim.key()));
        labels.put(Names.LABEL_ATTEMPT, Integer.toString(attempt));
        Map<String, String> annotations =
                generic.getAnnotations() == null ? Map.of() : generic.getAnnotations();
        return new JobBuilder()
                .withMetadata(
                        new ObjectMetaBuilder()
                                .withName(Names.job(claim.key().uid(), attempt))
                                .withNamespace(prime.namespace())
                                .withLabels(labels)
                                .withAnnotations(annotations)
                                .addNewOwnerReference()
                                .withApiVersion("v1")
                                .withKind("PersistentVolumeClaim")
                                .withName(prime.name())
                                .withUid(prime.uid())
                                .withBlockOwnerDeletion(false)
                                .endOwnerReference()
                                .build())
                .withNewSpec()
                .withBackoffLimit(0)
                .withPodFailurePolicy(DISRUPTED)
                .withActiveDeadlineSeconds(
                        generic.getActiveDeadlineSeconds() == null
                                ? DEADLINE_SECONDS
                                : generic.getActiveDeadlineSeconds())
                .withNewTemplate()
                .withMetadata(
                        new ObjectMetaBuilder()
                                .withLabels(PodDefaults.labels(spec.getSources(), labels))
                                .withAnnotations(PodDefaults.annotations(annotations))
                                .build())
                .withSpec(
                        pod(generic, spec, prime)
                                .withContainers(
                                        container.of(claim, spec, revisions, generic, attempt))
                                .build())
                .endTemplate()
                .endSpec()
                .build();
    }

    private PodSpecBuilder pod(Generic generic, VolumePopulationSpec spec, Prime prime) {
        long user = generic.getRunAsUser() == null ? settings.userId() : generic.getRunAsUser();
        PodSpecBuilder pod =
                new PodSpecBuilder()
                        .withRestartPolicy("Never")
                        .withAutomountServiceAccountToken(false)
                        .withEnableServiceLinks(false)
                        .withServiceAccountName(serviceAccount(spec, generic))
                        .withPriorityClassName(generic.getPriorityClassName())
                        .withTerminationGracePeriodSeconds(GRACE_SECONDS)
                        .withAffinity(affinity(generic.getAffinity(), prime.madeForNode()))
                        .withTolerations(
                                generic.getTolerations() == null
                                        ? List.of()
                                        : generic.getTolerations())
                        .withNewSecurityContext()
                        .withRunAsNonRoot(user != 0)
                        .withRunAsUser(user)
                        .withRunAsGroup(user)
                        .withFsGroup(generic.getFsGroup() == null ? user : generic.getFsGroup())
                        .withFsGroupChangePolicy("OnRootMismatch")
                        .withNewSeccompProfile()
                        .withType("RuntimeDefault")
                        .endSeccompProfile()
                        .endSecurityContext()
                        .withVolumes(JobVolumes.volumes(spec, prime));
        for (String secret : settings.imagePullSecrets()) {
            pod.addToImagePullSecrets(new LocalObjectReferenceBuilder().withName(secret).build());
        }
        return pod;
    }

    private static @Nullable String serviceAccount(VolumePopulationSpec spec, Generic generic) {
        if (generic.getServiceAccountName() != null) {
            return generic.getServiceAccountName();
        }
        return SourceCredentials.serviceAccount(spec.getSources()).orElse(null);
    }

    /// The populator's affinity, and a preference for the node that the volume was created for. The volume's own
    /// topology is a requirement that the scheduler knows; a required node would keep the Job pending whenever the pod
    /// that uses the volume has filled that node.
    private static @Nullable Affinity affinity(@Nullable Affinity given, @Nullable String node) {
        if (node == null || (given != null && given.getNodeAffinity() != null)) {
            return given;
        }
        AffinityBuilder builder =
                given == null ? new AffinityBuilder() : new AffinityBuilder(given);
        return builder.withNewNodeAffinity()
                .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                .withWeight(100)
                .withNewPreference()
                .addNewMatchField()
                .withKey("metadata.name")
                .withOperator("In")
                .withValues(node)
                .endMatchField()
                .endPreference()
                .endPreferredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .build();
    }
}
