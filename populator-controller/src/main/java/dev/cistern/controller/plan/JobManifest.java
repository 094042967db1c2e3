package dev.cistern.controller.plan;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.Frozen;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.Prime;
import dev.cistern.populate.wire.RunSpec;
import dev.cistern.populate.wire.SourceSpec;
import dev.cistern.populate.wire.Verify;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The Job of one attempt.
final class JobManifest {
    private static final String TARGET = "/data";

    /// How long an unanswered stop may take: the engine writes its journal and ends.
    private static final long GRACE_SECONDS = 30;

    /// A token shorter-lived than this is refused by the API server's minimum of 10 min; an hour is the usual.
    private static final long TOKEN_SECONDS = 3600;

    /// Longest time for an attempt when its populator says nothing: 7 days, the longest that a report token lives.
    private static final long DEADLINE_SECONDS = 7 * 24 * 3600;

    private final Settings settings;

    JobManifest(Settings settings) {
        this.settings = settings;
    }

    /// The Job of attempt number `attempt`.
    Job of(Claim claim, Frozen frozen, Prime prime, int attempt) {
        VolumePopulationSpec spec = frozen.spec();
        Generic generic = spec.getGeneric() == null ? new Generic() : spec.getGeneric();
        Map<String, String> labels = new LinkedHashMap<>();
        if (generic.getLabels() != null) {
            labels.putAll(generic.getLabels());
        }
        labels.putAll(PrimeManifest.labels(claim));
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
                .withActiveDeadlineSeconds(
                        generic.getActiveDeadlineSeconds() == null
                                ? DEADLINE_SECONDS
                                : generic.getActiveDeadlineSeconds())
                .withNewTemplate()
                .withMetadata(
                        new ObjectMetaBuilder()
                                .withLabels(labels)
                                .withAnnotations(annotations)
                                .build())
                .withSpec(pod(claim, spec, generic, prime, attempt).build())
                .endTemplate()
                .endSpec()
                .build();
    }

    private PodSpecBuilder pod(
            Claim claim, VolumePopulationSpec spec, Generic generic, Prime prime, int attempt) {
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
                        .withRunAsNonRoot(settings.userId() != 0)
                        .withRunAsUser(settings.userId())
                        .withRunAsGroup(settings.userId())
                        .withFsGroup(settings.userId())
                        .withFsGroupChangePolicy("OnRootMismatch")
                        .withNewSeccompProfile()
                        .withType("RuntimeDefault")
                        .endSeccompProfile()
                        .endSecurityContext()
                        .withContainers(container(claim, spec, generic, attempt))
                        .withVolumes(volumes(spec, prime));
        for (String secret : settings.imagePullSecrets()) {
            pod.addToImagePullSecrets(new LocalObjectReferenceBuilder().withName(secret).build());
        }
        return pod;
    }

    private Container container(
            Claim claim, VolumePopulationSpec spec, Generic generic, int attempt) {
        return new ContainerBuilder()
                .withName("populate")
                .withImage(settings.image())
                .withImagePullPolicy(settings.imagePullPolicy())
                .withEnv(environment(claim, spec, generic, attempt))
                .withResources(resources(generic.getResources()))
                .withVolumeMounts(mounts(spec))
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .build();
    }

    private List<EnvVar> environment(
            Claim claim, VolumePopulationSpec spec, Generic generic, int attempt) {
        List<EnvVar> env = new ArrayList<>();
        env.add(
                new EnvVarBuilder()
                        .withName(RunSpec.ENVIRONMENT_NAME)
                        .withValue(runSpec(claim, spec, generic, attempt).toJson())
                        .build());
        for (int i = 0; i < spec.getSources().size(); i++) {
            Auth auth = spec.getSources().get(i).getBackend().getAuth();
            if (auth.getMode() == Auth.Mode.ACCESSKEY) {
                String prefix = "CISTERN_SOURCE_" + i + "_";
                secret(env, prefix + "ACCESS_KEY_ID", auth.getAccessKeyIdSecretRef());
                secret(env, prefix + "SECRET_ACCESS_KEY", auth.getSecretAccessKeySecretRef());
                secret(env, prefix + "SESSION_TOKEN", auth.getSessionTokenSecretRef());
            }
        }
        return env;
    }

    private static void secret(List<EnvVar> env, String name, @Nullable SecretKeySelector ref) {
        if (ref != null) {
            env.add(
                    new EnvVarBuilder()
                            .withName(name)
                            .withNewValueFrom()
                            .withSecretKeyRef(ref)
                            .endValueFrom()
                            .build());
        }
    }

    private RunSpec runSpec(Claim claim, VolumePopulationSpec spec, Generic generic, int attempt) {
        List<SourceSpec> sources = new ArrayList<>();
        for (int i = 0; i < spec.getSources().size(); i++) {
            sources.add(WireSources.of(spec.getSources().get(i), i));
        }
        // The API speaks of MB/s as disks and providers do: 1,000,000 bytes.
        long bytesPerSecond =
                generic.getThroughput() == null ? 0 : generic.getThroughput() * 1_000_000;
        return new RunSpec(
                new RunSpec.Run(
                        claim.key().namespace(), claim.key().name(), claim.key().uid(), attempt),
                sources,
                TARGET,
                spec.getCapacityBytes(),
                switch (spec.getVerify()) {
                    case FULL -> Verify.FULL;
                    case SIZE -> Verify.SIZE;
                },
                new RunSpec.Limits(bytesPerSecond, 0, 0),
                new RunSpec.Report(
                        settings.reportUrl() + "/v1/runs/" + claim.key().uid() + "/progress",
                        1000));
    }

    private ResourceRequirements resources(@Nullable ResourceRequirements given) {
        Map<String, Quantity> requests = new LinkedHashMap<>(settings.requests());
        Map<String, Quantity> limits = new LinkedHashMap<>(settings.limits());
        if (given != null && given.getLimits() != null && !given.getLimits().isEmpty()) {
            limits = given.getLimits();
            // A default request above a given limit would be refused.
            requests.keySet().removeAll(limits.keySet());
        }
        if (given != null && given.getRequests() != null) {
            requests.putAll(given.getRequests());
            // Likewise a default limit below a given request.
            if (given.getLimits() == null || given.getLimits().isEmpty()) {
                limits.keySet().removeAll(given.getRequests().keySet());
            }
        }
        return new ResourceRequirementsBuilder().withRequests(requests).withLimits(limits).build();
    }

    private static List<VolumeMount> mounts(VolumePopulationSpec spec) {
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

    private static List<Volume> volumes(VolumePopulationSpec spec, Prime prime) {
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

    private static boolean usesToken(Sources source) {
        return source.getBackend().getAuth().getMode() == Auth.Mode.IAM;
    }

    private static @Nullable String serviceAccount(VolumePopulationSpec spec, Generic generic) {
        if (generic.getServiceAccountName() != null) {
            return generic.getServiceAccountName();
        }
        for (Sources source : spec.getSources()) {
            if (usesToken(source)
                    && source.getBackend().getAuth().getIam().getServiceAccountName() != null) {
                return source.getBackend().getAuth().getIam().getServiceAccountName();
            }
        }
        return null;
    }

    /// The populator's wishes, and near the node that the volume was made for. The volume's own topology is a hard rule that
    /// the scheduler knows by itself; a hard rule for the node besides would keep the Job out whenever the pod that the
    /// volume is for has filled that node.
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
