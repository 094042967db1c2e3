package dev.cistern.controller.status;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.DatasetClaim;
import dev.cistern.api.v1alpha1.NodeDataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.RefreshDataset;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.storagebackendstatus.Probe;
import dev.cistern.controller.backend.Backend;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.cluster.StatusLookups;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.Subject;
import dev.cistern.controller.resolve.ProbeTarget;
import dev.cistern.controller.resolve.Resolver;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Observes one object and its runs, for its status.
final class StatusObserver {
    /// Annotations of a Dataset that are for the node cache.
    private static final Set<String> CACHE_ANNOTATIONS =
            Set.of("cistern.dev/prefetch", "cistern.dev/hot-tier", "cistern.dev/ttl");

    private final ClusterView view;
    private final StatusLookups lookups;
    private final Resolver resolver;

    StatusObserver(ClusterView view, StatusLookups lookups, Resolver resolver) {
        this.view = view;
        this.lookups = lookups;
        this.resolver = resolver;
    }

    /// Observes an object.
    StatusView observe(Subject subject, HasMetadata object) {
        ObjectMeta meta = object.getMetadata();
        StatusView.About about =
                new StatusView.About(
                        subject,
                        meta.getUid(),
                        meta.getGeneration() == null ? 0 : meta.getGeneration(),
                        conditions(object));
        if (object instanceof StorageBackend backend) {
            Backend type = Backends.of(backend.getSpec().getType());
            return new StatusView.Backend(
                    about,
                    type.unsupported(backend.getSpec()),
                    lookups.runsOf(subject),
                    run -> resolver.readsFrom(run, backend),
                    probe(backend),
                    resolver.gates().jobs()
                            ? Optional.empty()
                            : Optional.of(resolver.gates().words()));
        }
        return subject.source()
                .<StatusView>map(
                        source ->
                                source(
                                        about,
                                        resolver.check(view, source),
                                        object instanceof Dataset dataset
                                                ? inert(dataset)
                                                : List.of()))
                .orElseGet(() -> new StatusView.Unserved(about));
    }

    private static Optional<Probe> probe(StorageBackend backend) {
        return Optional.ofNullable(backend.getStatus())
                .flatMap(status -> Optional.ofNullable(status.getProbe()))
                .filter(probe -> probe.getOutcome() != null && probe.getFinishedAt() != null)
                .filter(probe -> ProbeTarget.fingerprint(backend).equals(probe.getFingerprint()));
    }

    private StatusView source(StatusView.About about, Resolution resolution, List<String> inert) {
        List<VolumePopulation> runs = lookups.runsOf(about.subject());
        Set<String> recorded =
                runs.stream().map(r -> r.getSpec().getPvc().getUid()).collect(Collectors.toSet());
        List<ClaimKey> waiting =
                lookups.waitingFor(about.subject()).stream()
                        .map(HasMetadata::getMetadata)
                        .filter(meta -> !recorded.contains(meta.getUid()))
                        .map(m -> new ClaimKey(m.getNamespace(), m.getName(), m.getUid()))
                        .toList();
        return new StatusView.Source(about, resolution, runs, waiting, inert);
    }

    /// Non-default settings of a Dataset for the node cache.
    private static List<String> inert(Dataset dataset) {
        List<String> inert = new ArrayList<>();
        if (dataset.getSpec().getCache() != null) {
            inert.add("spec.cache");
        }
        if (differs(dataset.getSpec().getPrefetchPolicy(), "OnFirstUse")) {
            inert.add("spec.prefetchPolicy");
        }
        if (differs(dataset.getSpec().getEvictionPriority(), "Medium")) {
            inert.add("spec.evictionPriority");
        }
        Map<String, String> annotations = dataset.getMetadata().getAnnotations();
        if (annotations != null) {
            new TreeMap<>(annotations)
                    .keySet().stream()
                            .filter(CACHE_ANNOTATIONS::contains)
                            .forEach(key -> inert.add("annotation " + key));
        }
        return inert;
    }

    private static boolean differs(@Nullable Enum<?> given, String usual) {
        return given != null && !given.name().equalsIgnoreCase(usual);
    }

    private static List<Condition> conditions(HasMetadata object) {
        List<Condition> conditions =
                switch (object) {
                    case ObjectVolumePopulator p when p.getStatus() != null ->
                            p.getStatus().getConditions();
                    case OSSVolumePopulator p when p.getStatus() != null ->
                            p.getStatus().getConditions();
                    case Dataset d when d.getStatus() != null -> d.getStatus().getConditions();
                    case StorageBackend b when b.getStatus() != null ->
                            b.getStatus().getConditions();
                    case DatasetClaim c when c.getStatus() != null -> c.getStatus().getConditions();
                    case NodeDataset n when n.getStatus() != null -> n.getStatus().getConditions();
                    case RefreshDataset r when r.getStatus() != null ->
                            r.getStatus().getConditions();
                    default -> null;
                };
        return conditions == null ? List.of() : conditions;
    }
}
