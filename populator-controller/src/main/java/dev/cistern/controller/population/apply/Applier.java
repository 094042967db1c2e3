package dev.cistern.controller.population.apply;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.cluster.WatchedKinds;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.observe.RunRecords;
import dev.cistern.controller.runtime.Api;
import dev.cistern.controller.runtime.EventMessage;
import dev.cistern.controller.runtime.EventRecorder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Executes actions, one call each. Responses go into the caches' overlay, so that the next reconcile sees them.
public final class Applier {
    private final Api api;
    private final WatchedKinds kinds;
    private final ReportSeal seal;
    private final EventRecorder events;
    private final NameConflicts nameConflicts;
    private final Refusals refusals = new Refusals(System::nanoTime);

    /// An applier that writes through an API.
    public Applier(Api api, WatchedKinds kinds, ReportSeal seal, EventRecorder events) {
        this.api = api;
        this.nameConflicts = new NameConflicts(api);
        this.kinds = kinds;
        this.seal = seal;
        this.events = events;
    }

    /// Result of a write.
    public enum Outcome {
        /// Done, now or before.
        DONE,
        /// The cluster has changed since it was observed: observe again.
        CONFLICT
    }

    /// Executes one action.
    ///
    /// @throws KubernetesClientException when the API server does not respond or rejects it; a rejected creation is
    ///     also reported by an event on the PVC
    public Outcome apply(ClaimKey claim, Action action) {
        try {
            write(action);
            if (!Descriptions.of(action).isEmpty()) {
                refusals.accepted(claim.uid());
            }
            return Outcome.DONE;
        } catch (KubernetesClientException e) {
            forget(action);
            Optional<String> inTheWay =
                    e.getCode() == HttpURLConnection.HTTP_CONFLICT
                            ? nameConflicts.of(claim.uid(), action)
                            : Optional.empty();
            if (inTheWay.isEmpty() && isConflict(e, action)) {
                return Outcome.CONFLICT;
            }
            if ((inTheWay.isPresent() || isRefusal(e)) && !Descriptions.of(action).isEmpty()) {
                reportRefusal(claim, action, inTheWay.orElseGet(() -> reason(e)));
            }
            throw e;
        }
    }

    private void reportRefusal(ClaimKey claim, Action action, String why) {
        String message =
                refusals.refused(
                        claim.uid(),
                        "the API server refuses to "
                                + Descriptions.of(action)
                                + ", and is asked again until it does: "
                                + why);
        record(new Action.EmitEvent(claim, null, null, true, EventReason.CREATE_FAILED, message));
    }

    /// The API server's last rejection of a creation for a run; empty since the last success.
    public Optional<String> refusal(String uid) {
        return refusals.of(uid);
    }

    private static boolean makes(Action action) {
        return switch (action) {
            case Action.CreateRun _, Action.CreatePrime _, Action.CreateJob _ -> true;
            case Action.AddFinalizer _,
                    Action.RemoveFinalizer _,
                    Action.ClearSelectedNode _,
                    Action.BeginRun _,
                    Action.DeleteRun _,
                    Action.DeletePrime _,
                    Action.DeleteJob _,
                    Action.Rebind _,
                    Action.WriteStatus _,
                    Action.EmitEvent _ ->
                    false;
        };
    }

    /// Quotas and policies return 403; an invalid object 400 or 422; a missing namespace 404; a failing webhook 500.
    private static boolean isRefusal(KubernetesClientException e) {
        return switch (e.getCode()) {
            case 400, 403, 404, 422, 500 -> true;
            default -> false;
        };
    }

    private static String reason(KubernetesClientException e) {
        String message = e.getStatus() == null ? null : e.getStatus().getMessage();
        return message == null ? "HTTP " + e.getCode() : message;
    }

    /// 409 is a lost race (but see [NameConflicts]); 404 an object deleted meanwhile; 422 of a JSON patch a failed
    /// `test`.
    private static boolean isConflict(KubernetesClientException e, Action action) {
        return e.getCode() == HttpURLConnection.HTTP_CONFLICT
                || (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND && !makes(action))
                || (e.getCode() == 422 && testsBefore(action));
    }

    private static boolean testsBefore(Action action) {
        return action instanceof Action.AddFinalizer
                || action instanceof Action.RemoveFinalizer
                || action instanceof Action.ClearSelectedNode;
    }

    private void write(Action action) {
        switch (action) {
            case Action.AddFinalizer(Claim claim) -> patchClaim(claim, Patches.addFinalizer(claim));
            case Action.RemoveFinalizer(Claim claim) ->
                    patchClaim(claim, Patches.removeFinalizer(claim));
            case Action.ClearSelectedNode(Claim claim) ->
                    patchClaim(claim, Patches.clearSelectedNode(claim));
            case Action.CreateRun(VolumePopulation run) ->
                    kinds.runs
                            .overlay()
                            .written(
                                    api.create(
                                            Paths.runs(run.getMetadata().getNamespace()),
                                            run,
                                            VolumePopulation.class));
            case Action.BeginRun(VolumePopulation run, String resourceVersion) ->
                    beginRun(run, resourceVersion);
            case Action.CreatePrime(PersistentVolumeClaim prime) ->
                    kinds.claims
                            .overlay()
                            .written(
                                    api.create(
                                            Paths.claims(prime.getMetadata().getNamespace()),
                                            prime,
                                            PersistentVolumeClaim.class));
            case Action.CreateJob(Job job, int attempt) -> createJob(job, attempt);
            case Action.DeleteRun(String namespace, String name, String uid) -> {
                delete(Paths.runs(namespace), name, uid);
                kinds.runs.overlay().deleted(namespace, name, uid);
            }
            case Action.DeletePrime(String namespace, String name, String uid) -> {
                delete(Paths.claims(namespace), name, uid);
                kinds.claims.overlay().deleted(namespace, name, uid);
            }
            case Action.DeleteJob(String namespace, String name, String uid) -> {
                delete(Paths.jobs(namespace), name, uid);
                kinds.jobs.overlay().deleted(namespace, name, uid);
            }
            case Action.Rebind rebind -> rebind(rebind);
            case Action.WriteStatus status -> status(status);
            case Action.EmitEvent event -> record(event);
        }
    }

    private void record(Action.EmitEvent event) {
        EventMessage message = EventMessages.of(event);
        if (event.source() == null) {
            events.record(message);
        } else {
            events.aggregate(message);
        }
    }

    private void beginRun(VolumePopulation run, String resourceVersion) {
        VolumePopulation guarded = new VolumePopulation();
        guarded.setMetadata(
                new ObjectMetaBuilder(run.getMetadata())
                        .withResourceVersion(resourceVersion)
                        .build());
        guarded.setSpec(run.getSpec());
        kinds.runs
                .overlay()
                .written(
                        api.patch(
                                Paths.run(
                                        run.getMetadata().getNamespace(),
                                        run.getMetadata().getName()),
                                Api.Patch.MERGE,
                                guarded,
                                VolumePopulation.class));
    }

    private void createJob(Job job, int attempt) {
        Job made =
                api.create(
                        Paths.jobs(job.getMetadata().getNamespace()),
                        seal.seal(job, attempt),
                        Job.class);
        made.setSpec(null);
        kinds.jobs.overlay().written(made);
    }

    private void patchClaim(Claim claim, List<Map<String, Object>> operations) {
        kinds.claims
                .overlay()
                .written(
                        api.patch(
                                Paths.claim(claim.key()),
                                Api.Patch.OPERATIONS,
                                operations,
                                PersistentVolumeClaim.class));
    }

    private void rebind(Action.Rebind rebind) {
        PersistentVolume written =
                api.patch(
                        Paths.volume(rebind.volume()),
                        Api.Patch.MERGE,
                        Patches.rebind(rebind),
                        PersistentVolume.class);
        kinds.volumes.overlay().written(written);
    }

    private void status(Action.WriteStatus write) {
        VolumePopulation status = new VolumePopulation();
        status.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace(write.claim().namespace())
                        .withName(Names.run(write.claim().uid()))
                        .build());
        status.setStatus(RunRecords.write(write.status(), write.timeline()));
        VolumePopulation written =
                api.patch(
                        Paths.runStatus(write.claim().namespace(), write.claim().uid()),
                        Api.Patch.APPLY,
                        status,
                        VolumePopulation.class);
        kinds.runs.overlay().written(written);
    }

    private void delete(String collection, String name, String uid) {
        try {
            api.delete(collection + "/" + name, uid);
        } catch (KubernetesClientException e) {
            // Deleted, or deleted and recreated: either way this object is gone.
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND
                    && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    private void forget(Action action) {
        switch (action) {
            case Action.AddFinalizer(Claim claim) -> forget(claim.key());
            case Action.RemoveFinalizer(Claim claim) -> forget(claim.key());
            case Action.ClearSelectedNode(Claim claim) -> forget(claim.key());
            case Action.Rebind rebind -> kinds.volumes.overlay().forget(null, rebind.volume());
            case Action.WriteStatus status ->
                    kinds.runs
                            .overlay()
                            .forget(status.claim().namespace(), Names.run(status.claim().uid()));
            case Action.BeginRun(VolumePopulation run, String _) ->
                    kinds.runs
                            .overlay()
                            .forget(run.getMetadata().getNamespace(), run.getMetadata().getName());
            case Action.CreateRun _,
                    Action.DeleteRun _,
                    Action.CreatePrime _,
                    Action.DeletePrime _,
                    Action.CreateJob _,
                    Action.DeleteJob _,
                    Action.EmitEvent _ -> {}
        }
    }

    private void forget(ClaimKey key) {
        kinds.claims.overlay().forget(key.namespace(), key.name());
    }
}
