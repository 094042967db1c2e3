package dev.cistern.controller.population.apply;

import dev.cistern.controller.model.Names;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.runtime.Api;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds objects of another owner with the name of one that a run needs. The API server returns 409 as for a lost race;
/// but a race resolves at the next reconcile, and such an object blocks the run until someone deletes it.
final class NameConflicts {
    private final Api api;

    NameConflicts(Api api) {
        this.api = api;
    }

    /// Describes the object that an action conflicts with, and what to do; empty when it is the run's own, which no
    /// watch has shown yet, or has been deleted.
    ///
    /// @param uid of the run's PVC
    /// @throws KubernetesClientException when the API server does not respond
    Optional<String> of(String uid, Action action) {
        return switch (action) {
            case Action.CreatePrime(var prime) ->
                    of(uid, "pvc", prime, Paths.claims(prime.getMetadata().getNamespace()));
            case Action.CreateJob(var job, int _) ->
                    of(uid, "job", job, Paths.jobs(job.getMetadata().getNamespace()));
            // Any object with a record's name is treated as the record.
            case Action.CreateRun _,
                    Action.AddFinalizer _,
                    Action.RemoveFinalizer _,
                    Action.ClearSelectedNode _,
                    Action.BeginRun _,
                    Action.DeleteRun _,
                    Action.DeletePrime _,
                    Action.DeleteJob _,
                    Action.Rebind _,
                    Action.WriteStatus _,
                    Action.EmitEvent _ ->
                    Optional.empty();
        };
    }

    private Optional<String> of(String uid, String kind, HasMetadata wanted, String collection) {
        String name = wanted.getMetadata().getName();
        return api.find(collection, name)
                .map(GenericKubernetesResource::getMetadata)
                .filter(there -> !isOf(uid, there))
                .map(
                        there ->
                                "one of that name is there already, and is not of this run (created"
                                        + " "
                                        + there.getCreationTimestamp()
                                        + creator(there)
                                        + "); if nobody needs it: kubectl -n "
                                        + wanted.getMetadata().getNamespace()
                                        + " delete "
                                        + kind
                                        + " "
                                        + name);
    }

    /// Uses the labels by which the caches select a run's objects.
    private static boolean isOf(String uid, ObjectMeta there) {
        Map<String, String> labels = there.getLabels() == null ? Map.of() : there.getLabels();
        return uid.equals(labels.get(Names.LABEL_UID))
                && Names.MANAGED_BY.equals(labels.get(Names.LABEL_MANAGED_BY));
    }

    private static String creator(ObjectMeta there) {
        List<ManagedFieldsEntry> writers = there.getManagedFields();
        return writers == null || writers.isEmpty() ? "" : " by " + writers.getFirst().getManager();
    }
}
