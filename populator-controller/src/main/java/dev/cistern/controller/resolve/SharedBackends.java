package dev.cistern.controller.resolve;

import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.controller.backend.AccessRules;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.backend.Tenant;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Resolution;
import java.util.List;
import java.util.Optional;

/// `StorageBackend`s as used by PVCs.
final class SharedBackends {
    /// Not a valid namespace: used to check a cluster-scoped object independent of a namespace.
    static final String ANY_NAMESPACE = "*";

    /// Fields that restrict who may use a backend.
    static final List<String> NOT_OF_THE_STORE =
            List.of("allowedNamespaces", "allowedNamespaceSelector", "allowedPaths", "probe");

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
        Optional<AccessRules.Refusal> refusal =
                new AccessRules(name, backend.getSpec(), tenant(view, claim.key().namespace()))
                        .ofNamespace();
        if (refusal.isPresent()) {
            throw new UnresolvedException(waiting(refusal.get()));
        }
        Optional<String> wrong =
                Backends.of(backend.getSpec().getType()).unsupported(backend.getSpec());
        if (wrong.isPresent()) {
            throw UnresolvedException.unsupported(
                    "StorageBackend " + name + ": spec." + wrong.get());
        }
        return store(backend.getSpec());
    }

    /// Whoever PVCs of a namespace are, to the rules of a backend.
    static Tenant tenant(ClusterView view, String namespace) {
        return namespace.equals(ANY_NAMESPACE)
                ? Tenant.ANYBODY
                : Tenant.of(
                        namespace,
                        view.namespace(namespace)
                                .map(n -> n.getMetadata().getLabels())
                                .orElse(null));
    }

    /// What a refusal comes to: a rule, or the namespace's labels, may change.
    static Resolution.Waiting waiting(AccessRules.Refusal refusal) {
        return new Resolution.Waiting(
                refusal.ofPath() ? EventReason.PATH_NOT_ALLOWED : EventReason.BACKEND_NOT_ALLOWED,
                refusal.message());
    }

    /// The part of a backend that a run stores: how to reach the store, not who may use it.
    static StorageBackendSpec store(StorageBackendSpec backend) {
        return CopyOf.allBut(NOT_OF_THE_STORE, backend, StorageBackendSpec.class);
    }
}
