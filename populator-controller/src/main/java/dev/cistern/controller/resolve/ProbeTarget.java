package dev.cistern.controller.resolve;

import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.AccessRules;
import dev.cistern.controller.backend.BackendPaths;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.backend.ProbeWish;
import dev.cistern.controller.cluster.ClusterView;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What a probe of a StorageBackend looks at.
///
/// @param source with its place, as a run would have it
/// @param location of it, for people
/// @param given whether the backend itself names it; otherwise a user of it does, whose mistakes are not the backend's
public record ProbeTarget(Sources source, String location, boolean given) {
    /// Fields of the sources of users that a run has in another form.
    private static final List<String> LOOKED_UP =
            List.of("backendRef", "backend", "storageBackendRef", "path");

    /// What the backend names, or else the first place that a Dataset or populator names and may read.
    ///
    /// @param datasets that use the backend
    /// @param populators that use the backend
    public static Optional<ProbeTarget> of(
            ClusterView view,
            StorageBackend backend,
            List<Dataset> datasets,
            List<ObjectVolumePopulator> populators) {
        StorageBackendSpec store = SharedBackends.store(backend.getSpec());
        Optional<String> given = ProbeWish.of(backend.getSpec()).paths().stream().findFirst();
        if (given.isPresent()) {
            Sources source = new Sources();
            source.setBackend(store);
            Backends.of(source).place(given.get(), false, source);
            return Optional.of(target(source, true));
        }
        return used(view, backend, store, datasets, populators)
                .map(source -> target(source, false));
    }

    /// Equal exactly when a probe would look at the same thing in the same way. Which of its users names the place does not count.
    public static String fingerprint(StorageBackend backend) {
        StorageBackendSpec store = SharedBackends.store(backend.getSpec());
        return Fingerprint.of(
                store, ProbeWish.of(backend.getSpec()).paths().stream().findFirst().orElse(null));
    }

    private static ProbeTarget target(Sources source, boolean given) {
        return new ProbeTarget(source, Backends.of(source).location(source), given);
    }

    private static Optional<Sources> used(
            ClusterView view,
            StorageBackend backend,
            StorageBackendSpec store,
            List<Dataset> datasets,
            List<ObjectVolumePopulator> populators) {
        String name = backend.getMetadata().getName();
        List<Sources> found = new ArrayList<>();
        for (Dataset dataset : sorted(datasets)) {
            Sources source = CopyOf.allBut(LOOKED_UP, dataset.getSpec().getSource(), Sources.class);
            String path = dataset.getSpec().getSource().getPath();
            if (placed(source, store, path, true)) {
                allowed(view, backend, SharedBackends.ANY_NAMESPACE, source).ifPresent(found::add);
            }
        }
        for (ObjectVolumePopulator populator : sorted(populators)) {
            for (var one : populator.getSpec().getSources()) {
                Sources source = CopyOf.allBut(LOOKED_UP, one, Sources.class);
                if (one.getBackendRef() != null
                        && one.getBackendRef().getName().equals(name)
                        && placed(source, store, one.getPath(), false)) {
                    allowed(view, backend, populator.getMetadata().getNamespace(), source)
                            .ifPresent(found::add);
                }
            }
        }
        return found.stream().findFirst();
    }

    private static boolean placed(
            Sources source, StorageBackendSpec store, String path, boolean tree) {
        if (BackendPaths.wrong(path, source.getList() != null, store, "it").isPresent()) {
            return false;
        }
        source.setBackend(store);
        Backends.of(source).place(path, tree, source);
        return true;
    }

    /// The source as a run of that namespace would have it, which keeps to what the namespace may read: the path is a
    /// user's, the credentials are the platform's. Empty where it may not be read.
    private static Optional<Sources> allowed(
            ClusterView view, StorageBackend backend, String namespace, Sources source) {
        AccessRules rules =
                new AccessRules(
                        backend.getMetadata().getName(),
                        backend.getSpec(),
                        SharedBackends.tenant(view, namespace));
        return rules.of(source).isPresent() ? Optional.empty() : Optional.of(rules.kept(source));
    }

    private static <T extends HasMetadata> List<T> sorted(List<T> objects) {
        return objects.stream()
                .sorted(
                        Comparator.comparing(
                                o ->
                                        o.getMetadata().getNamespace()
                                                + "/"
                                                + o.getMetadata().getName()))
                .toList();
    }
}
