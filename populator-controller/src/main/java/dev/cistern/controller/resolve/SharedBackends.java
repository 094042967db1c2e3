package dev.cistern.controller.resolve;

import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.EventReason;
import java.util.List;
import java.util.Optional;

/// `StorageBackend`s as used by PVCs.
final class SharedBackends {
    /// Not a valid namespace: used to check a cluster-scoped object independent of a namespace.
    static final String ANY_NAMESPACE = "*";

    /// Fields that restrict who may use a backend.
    static final List<String> NOT_OF_THE_STORE = List.of("allowedNamespaces");

    private SharedBackends() {}

    /// The store's part of the backend of that name.
    ///
    /// @throws UnresolvedException when there is none, when it does not allow the PVC's namespace, or requests
    ///     something unsupported
    static StorageBackendSpec usable(ClusterView view, Claim claim, String name)
            throws UnresolvedException {
        StorageBackend backend =
                view.backend(name)
                        .filter(b -> b.getMetadata().getDeletionTimestamp() == null)
                        .orElseThrow(
                                () ->
                                        UnresolvedException.waiting(
                                                EventReason.BACKEND_NOT_FOUND,
                                                claim.source().display()
                                                        + " names the StorageBackend "
                                                        + name
                                                        + ", which is not there; waiting for it"));
        List<String> allowed = backend.getSpec().getAllowedNamespaces();
        if (allowed != null
                && !allowed.contains("*")
                && !claim.key().namespace().equals(ANY_NAMESPACE)
                && !allowed.contains(claim.key().namespace())) {
            throw UnresolvedException.waiting(
                    EventReason.BACKEND_NOT_ALLOWED,
                    "StorageBackend "
                            + name
                            + ": spec.allowedNamespaces does not list namespace "
                            + claim.key().namespace());
        }
        Optional<String> wrong =
                Backends.of(backend.getSpec().getType()).unsupported(backend.getSpec());
        if (wrong.isPresent()) {
            throw UnresolvedException.unsupported(
                    "StorageBackend " + name + ": spec." + wrong.get());
        }
        return store(backend.getSpec());
    }

    /// The part of a backend that a run stores: how to reach the store, not who may use it.
    static StorageBackendSpec store(StorageBackendSpec backend) {
        return CopyOf.allBut(NOT_OF_THE_STORE, backend, StorageBackendSpec.class);
    }
}
