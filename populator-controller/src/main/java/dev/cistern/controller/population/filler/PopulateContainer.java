package dev.cistern.controller.population.filler;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.job.PodDefaults;
import dev.cistern.controller.job.SourceCredentials;
import dev.cistern.controller.job.SourceProxy;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.population.model.Settings;
import dev.cistern.populate.wire.ArchiveFormat;
import dev.cistern.populate.wire.RunSpec;
import dev.cistern.populate.wire.SourceSpec;
import dev.cistern.populate.wire.StoreSpec;
import dev.cistern.populate.wire.Verify;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The container of a Job: its environment, resources and restrictions.
final class PopulateContainer {
    private final Settings settings;

    PopulateContainer(Settings settings) {
        this.settings = settings;
    }

    /// The container of attempt number `attempt`.
    ///
    /// @param revisions what attempts before it read, by the sources' numbers
    Container of(
            Claim claim,
            VolumePopulationSpec spec,
            Map<Integer, String> revisions,
            Generic generic,
            int attempt) {
        return new ContainerBuilder()
                .withName("populate")
                .withImage(settings.image())
                .withImagePullPolicy(settings.imagePullPolicy())
                .withEnv(environment(runSpec(claim, spec, revisions, generic, attempt), spec))
                .withResources(resources(generic.getResources()))
                .withVolumeMounts(JobVolumes.mounts(spec))
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withSecurityContext(PodDefaults.restricted())
                .build();
    }

    private List<EnvVar> environment(RunSpec run, VolumePopulationSpec spec) {
        List<EnvVar> env = new ArrayList<>();
        env.add(
                new EnvVarBuilder()
                        .withName(RunSpec.ENVIRONMENT_NAME)
                        .withValue(run.toJson())
                        .build());
        env.addAll(SourceCredentials.variables(spec.getSources(), settings.proxy()));
        return env;
    }

    private SourceSpec source(Sources source, int index, @Nullable String revision) {
        StoreSpec store = Backends.of(source).store(source, SourceCredentials.directory(index));
        return new SourceSpec(
                revision == null ? store : store.at(revision),
                source.getInto() == null ? "" : source.getInto(),
                orEmpty(source.getInclude()),
                orEmpty(source.getExclude()),
                // For a list of files it belongs to the list and is part of the store
                // specification.
                source.getList() == null ? source.getSha256() : null,
                SourceProxy.of(source.getBackend(), settings.proxy()).spec(),
                source.getUnpack() == null
                        ? null
                        : ArchiveFormat.of(source.getUnpack().getValue()));
    }

    private static List<String> orEmpty(@Nullable List<String> list) {
        return list == null ? List.of() : list;
    }

    private RunSpec runSpec(
            Claim claim,
            VolumePopulationSpec spec,
            Map<Integer, String> revisions,
            Generic generic,
            int attempt) {
        List<SourceSpec> sources = new ArrayList<>();
        for (int i = 0; i < spec.getSources().size(); i++) {
            sources.add(source(spec.getSources().get(i), i, revisions.get(i)));
        }
        // The API uses MB/s as disks and providers do: 1,000,000 bytes.
        long bytesPerSecond =
                generic.getThroughput() == null ? 0 : generic.getThroughput() * 1_000_000;
        return new RunSpec(
                new RunSpec.Run(
                        claim.key().namespace(), claim.key().name(), claim.key().uid(), attempt),
                sources,
                JobVolumes.TARGET,
                spec.getCapacityBytes(),
                switch (spec.getVerify()) {
                    case FULL -> Verify.FULL;
                    case SIZE -> Verify.SIZE;
                },
                new RunSpec.Limits(bytesPerSecond, memoryBytes(generic.getResources()), 0),
                new RunSpec.Report(
                        settings.reportUrl() + "/v1/runs/" + claim.key().uid() + "/progress",
                        1000));
    }

    /// Memory budget where the container has no limit: its request. The process reads a limit by itself.
    private long memoryBytes(@Nullable ResourceRequirements given) {
        ResourceRequirements resources = resources(given);
        Quantity request = resources.getRequests().get("memory");
        if (request == null || resources.getLimits().containsKey("memory")) {
            return 0;
        }
        long bytes = request.getNumericalAmount().longValue();
        return Math.max(RunSpec.Limits.LEAST_MEMORY_BYTES, bytes);
    }

    /// Requests and limits of the container.
    ResourceRequirements resources(@Nullable ResourceRequirements given) {
        Map<String, Quantity> requests = new LinkedHashMap<>(settings.requests());
        Map<String, Quantity> limits = new LinkedHashMap<>(settings.limits());
        if (given != null && given.getLimits() != null && !given.getLimits().isEmpty()) {
            limits = given.getLimits();
            // A default request above a given limit would be rejected.
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
}
