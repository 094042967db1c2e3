package dev.cistern.controller.resolve;

import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.ObjectVolumePopulatorSpec;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.BackendPaths;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.model.Claim;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes the snapshot of an `ObjectVolumePopulator` for a run.
///
/// @param populateNamespace where platform credentials live
record ObjectPopulatorSnapshot(String populateNamespace) {
    /// Fields of a source that have another form in a run.
    static final List<String> LOOKED_UP = List.of("backendRef", "backend", "path");

    VolumePopulationSpec of(ClusterView view, Claim claim, ObjectVolumePopulator populator)
            throws UnresolvedException {
        ObjectVolumePopulatorSpec spec = populator.getSpec();
        String name = claim.source().display() + ": spec.";
        VolumePopulationSpec.Mode mode = mode(spec.getMode(), name);
        List<Sources> sources = new ArrayList<>();
        boolean shared = false;
        boolean own = false;
        for (int i = 0; i < spec.getSources().size(); i++) {
            dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Sources given =
                    spec.getSources().get(i);
            String field = name + "sources[" + i + "].";
            Sources source = CopyOf.allBut(LOOKED_UP, given, Sources.class);
            StorageBackendSpec backend;
            String called = "its backend";
            if (given.getBackendRef() != null) {
                shared = true;
                called = "StorageBackend " + given.getBackendRef().getName();
                backend = SharedBackends.usable(view, claim, given.getBackendRef().getName());
                source.setBackendName(given.getBackendRef().getName());
            } else {
                own = true;
                backend = given.getBackend();
                Optional<String> wrong = Backends.of(backend.getType()).unsupported(backend);
                if (wrong.isPresent()) {
                    throw UnresolvedException.unsupported(field + "backend." + wrong.get());
                }
            }
            Optional<String> path =
                    BackendPaths.wrong(given.getPath(), given.getList() != null, backend, called);
            if (path.isPresent()) {
                throw UnresolvedException.unsupported(field + path.get());
            }
            source.setBackend(backend);
            Backends.of(source).place(given.getPath(), false, source);
            source.setInto(given.getInto() == null ? "" : given.getInto());
            sources.add(source);
        }
        if (shared && own) {
            throw UnresolvedException.unsupported(
                    name
                            + "sources: backendRef and backend cannot be mixed: the Job runs either"
                            + " where the platform's credentials are or where yours are");
        }
        Generic generic = spec.getGeneric();
        if (shared && generic != null && generic.getServiceAccountName() != null) {
            throw UnresolvedException.unsupported(
                    name
                            + "generic.serviceAccountName: only with inline backends; with"
                            + " backendRef the Job runs as what the StorageBackend says");
        }
        if (shared) {
            Optional<String> refused = PlatformPods.refused(generic);
            if (refused.isPresent()) {
                throw UnresolvedException.unsupported(
                        name + refused.get() + ", or use an inline backend");
            }
        }
        oneServiceAccount(name, sources, generic);
        VolumePopulationSpec snapshot =
                SnapshotBase.begin(
                        claim,
                        populator.getMetadata(),
                        shared ? populateNamespace : claim.key().namespace());
        snapshot.setMode(mode);
        snapshot.setSources(sources);
        snapshot.setGeneric(generic);
        if (spec.getVerify() != null) {
            snapshot.setVerify(
                    switch (spec.getVerify()) {
                        case FULL -> VolumePopulationSpec.Verify.FULL;
                        case SIZE -> VolumePopulationSpec.Verify.SIZE;
                    });
        }
        if (spec.getRetry() != null && spec.getRetry().getLimit() != null) {
            snapshot.setRetryLimit(spec.getRetry().getLimit());
        }
        if (spec.getRetry() != null && spec.getRetry().getOutageSeconds() != null) {
            snapshot.setOutageSeconds(spec.getRetry().getOutageSeconds());
        }
        return snapshot;
    }

    /// The mode. One without a filler is rejected here.
    private static VolumePopulationSpec.Mode mode(
            ObjectVolumePopulatorSpec.@Nullable Mode asked, String name)
            throws UnresolvedException {
        return switch (asked) {
            case null -> VolumePopulationSpec.Mode.GENERIC;
            case GENERIC -> VolumePopulationSpec.Mode.GENERIC;
            case DATAFLOW ->
                    throw UnresolvedException.unsupported(
                            name + "mode: dataflow is not supported in this version; use generic");
        };
    }

    private static void oneServiceAccount(
            String name, List<Sources> sources, @Nullable Generic generic)
            throws UnresolvedException {
        Set<String> accounts = new HashSet<>();
        if (generic != null && generic.getServiceAccountName() != null) {
            accounts.add(generic.getServiceAccountName());
        }
        for (Sources source : sources) {
            Backends.of(source)
                    .credentials(source.getBackend())
                    .account()
                    .ifPresent(
                            account ->
                                    accounts.add(Objects.requireNonNullElse(account.name(), "")));
        }
        if (accounts.size() > 1) {
            throw UnresolvedException.unsupported(
                    name
                            + "sources: all sources that are read as a ServiceAccount must name the"
                            + " same: one Job runs as one ServiceAccount");
        }
    }
}
