package dev.cistern.controller.apply;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.Why;
import dev.cistern.controller.observe.Informers;
import dev.cistern.controller.observe.RunRecords;
import dev.cistern.controller.plan.Action;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Carries out actions, one call each. What the API server answers goes into the informers' overlay, so that the next look
/// sees it.
public final class Applier {
    private static final String CORE = "/api/v1";
    private static final String BATCH = "/apis/batch/v1";
    private static final String CISTERN = "/apis/cistern.dev/v1alpha1";

    private final Api api;
    private final Informers informers;
    private final ReportSeal seal;
    private final EventRecorder events;

    /// An applier that writes through an API.
    public Applier(Api api, Informers informers, ReportSeal seal, EventRecorder events) {
        this.api = api;
        this.informers = informers;
        this.seal = seal;
        this.events = events;
    }

    /// How a write ended.
    public enum Outcome {
        /// It is done, or was done before.
        DONE,
        /// The cluster is not as it was observed; look again.
        CONFLICT
    }

    /// Carries out one action.
    ///
    /// @throws KubernetesClientException when the API server does not answer or refuses; what it refuses to make is also told
    /// by an event on the PVC
    public Outcome apply(ClaimKey claim, Action action) {
        try {
            write(action);
            return Outcome.DONE;
        } catch (KubernetesClientException e) {
            forget(action);
            if (isConflict(e, action)) {
                return Outcome.CONFLICT;
            }
            if (isRefusal(e)
                    && (action instanceof Action.CreatePrime
                            || action instanceof Action.CreateJob)) {
                events.record(
                        new Action.Announce(
                                claim,
                                null,
                                null,
                                true,
                                Why.CREATE_FAILED,
                                "the API server refuses the temporary objects of this run: "
                                        + reason(e)));
            }
            throw e;
        }
    }

    private static boolean isRefusal(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_FORBIDDEN || e.getCode() == 422;
    }

    private static String reason(KubernetesClientException e) {
        String message = e.getStatus() == null ? null : e.getStatus().getMessage();
        return message == null ? "HTTP " + e.getCode() : message;
    }

    /// 409 is a lost race; 404 an object that went in the meantime; 422 of a JSON patch a `test` that failed.
    private static boolean isConflict(KubernetesClientException e, Action action) {
        return e.getCode() == HttpURLConnection.HTTP_CONFLICT
                || (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
                        && !(action instanceof Action.CreatePrime)
                        && !(action instanceof Action.CreateJob))
                || (e.getCode() == 422 && testsBefore(action));
    }

    private static boolean testsBefore(Action action) {
        return action instanceof Action.AddFinalizer
                || action instanceof Action.RemoveFinalizer
                || action instanceof Action.ClearSelectedNode;
    }

    private void write(Action action) {
        switch (action) {
            case Action.AddFinalizer(Claim claim) -> addFinalizer(claim);
            case Action.RemoveFinalizer(Claim claim) -> removeFinalizer(claim);
            case Action.ClearSelectedNode(Claim claim) -> clearSelectedNode(claim);
            case Action.CreateRun(VolumePopulation run) ->
                    informers
                            .writtenRuns()
                            .written(
                                    api.create(
                                            collection(
                                                    CISTERN,
                                                    run.getMetadata().getNamespace(),
                                                    "volumepopulations"),
                                            run,
                                            VolumePopulation.class));
            case Action.CreatePrime(PersistentVolumeClaim prime) ->
                    informers
                            .writtenClaims()
                            .written(
                                    api.create(
                                            collection(
                                                    CORE,
                                                    prime.getMetadata().getNamespace(),
                                                    "persistentvolumeclaims"),
                                            prime,
                                            PersistentVolumeClaim.class));
            case Action.CreateJob(Job job, int attempt) -> createJob(job, attempt);
            case Action.DeleteRun(String namespace, String name, String uid) -> {
                delete(CISTERN, namespace, "volumepopulations", name, uid);
                informers.writtenRuns().deleted(namespace, name, uid);
            }
            case Action.DeletePrime(String namespace, String name, String uid) -> {
                delete(CORE, namespace, "persistentvolumeclaims", name, uid);
                informers.writtenClaims().deleted(namespace, name, uid);
            }
            case Action.DeleteJob(String namespace, String name, String uid) -> {
                delete(BATCH, namespace, "jobs", name, uid);
                informers.writtenJobs().deleted(namespace, name, uid);
            }
            case Action.Rebind rebind -> rebind(rebind);
            case Action.WriteStatus status -> status(status);
            case Action.Announce announce -> events.record(announce);
        }
    }

    private void createJob(Job job, int attempt) {
        Job made =
                api.create(
                        collection(BATCH, job.getMetadata().getNamespace(), "jobs"),
                        seal.seal(job, attempt),
                        Job.class);
        made.setSpec(null);
        informers.writtenJobs().written(made);
    }

    /// By operations on the list as it was seen. Not by server-side apply: nobody owns the finalizers that admission
    /// puts on, so giving up our part of the list would take theirs along.
    private void addFinalizer(Claim claim) {
        List<Map<String, Object>> patch = new ArrayList<>();
        patch.add(test("/metadata/uid", claim.key().uid()));
        if (claim.finalizers().isEmpty()) {
            patch.add(test("/metadata/resourceVersion", claim.resourceVersion()));
            patch.add(
                    Map.of(
                            "op", "add",
                            "path", "/metadata/finalizers",
                            "value", List.of(Names.FINALIZER)));
        } else {
            patch.add(test("/metadata/finalizers", claim.finalizers()));
            patch.add(
                    Map.of(
                            "op",
                            "add",
                            "path",
                            "/metadata/finalizers/-",
                            "value",
                            Names.FINALIZER));
        }
        patchClaim(claim, patch);
    }

    private void removeFinalizer(Claim claim) {
        String path = "/metadata/finalizers/" + claim.finalizers().indexOf(Names.FINALIZER);
        patchClaim(
                claim,
                List.of(
                        test("/metadata/uid", claim.key().uid()),
                        test(path, Names.FINALIZER),
                        Map.of("op", "remove", "path", path)));
    }

    private void clearSelectedNode(Claim claim) {
        String path = "/metadata/annotations/" + Names.ANNOTATION_SELECTED_NODE.replace("/", "~1");
        patchClaim(
                claim,
                List.of(
                        test("/metadata/uid", claim.key().uid()),
                        test(path, String.valueOf(claim.selectedNode())),
                        Map.of("op", "remove", "path", path)));
    }

    private static Map<String, Object> test(String path, Object value) {
        return Map.of("op", "test", "path", path, "value", value);
    }

    private void patchClaim(Claim claim, List<Map<String, Object>> operations) {
        informers
                .writtenClaims()
                .written(
                        api.patch(
                                claimPath(claim.key()),
                                Api.Patch.OPERATIONS,
                                Names.FIELD_MANAGER,
                                operations,
                                PersistentVolumeClaim.class));
    }

    /// Claim and mark in one patch: a volume that names the PVC was either filled for it, or not given by us.
    private void rebind(Action.Rebind rebind) {
        Map<String, Object> claimRef = new LinkedHashMap<>();
        claimRef.put("apiVersion", "v1");
        claimRef.put("kind", "PersistentVolumeClaim");
        claimRef.put("namespace", rebind.claim().namespace());
        claimRef.put("name", rebind.claim().name());
        claimRef.put("uid", rebind.claim().uid());
        claimRef.put("resourceVersion", null);
        PersistentVolume written =
                api.patch(
                        CORE + "/persistentvolumes/" + rebind.volume(),
                        Api.Patch.MERGE,
                        Names.FIELD_MANAGER,
                        Map.of(
                                "metadata",
                                Map.of(
                                        "resourceVersion",
                                        rebind.resourceVersion(),
                                        "annotations",
                                        Map.of(
                                                Names.ANNOTATION_POPULATED_FOR,
                                                rebind.claim().uid())),
                                "spec",
                                Map.of("claimRef", claimRef)),
                        PersistentVolume.class);
        informers.writtenVolumes().written(written);
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
                        collection(CISTERN, write.claim().namespace(), "volumepopulations")
                                + "/"
                                + Names.run(write.claim().uid())
                                + "/status",
                        Api.Patch.APPLY,
                        Names.FIELD_MANAGER,
                        status,
                        VolumePopulation.class);
        informers.writtenRuns().written(written);
    }

    private void delete(String group, String namespace, String plural, String name, String uid) {
        try {
            api.delete(collection(group, namespace, plural) + "/" + name, uid);
        } catch (KubernetesClientException e) {
            // Gone, or gone and made again: either way this life of it is over.
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND
                    && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    private static String collection(String group, String namespace, String plural) {
        return group + "/namespaces/" + namespace + "/" + plural;
    }

    private static String claimPath(ClaimKey key) {
        return collection(CORE, key.namespace(), "persistentvolumeclaims") + "/" + key.name();
    }

    private void forget(Action action) {
        switch (action) {
            case Action.AddFinalizer(Claim claim) -> forget(claim.key());
            case Action.RemoveFinalizer(Claim claim) -> forget(claim.key());
            case Action.ClearSelectedNode(Claim claim) -> forget(claim.key());
            case Action.Rebind rebind -> informers.writtenVolumes().forget(null, rebind.volume());
            case Action.WriteStatus status ->
                    informers
                            .writtenRuns()
                            .forget(status.claim().namespace(), Names.run(status.claim().uid()));
            case Action.CreateRun _,
                    Action.DeleteRun _,
                    Action.CreatePrime _,
                    Action.DeletePrime _,
                    Action.CreateJob _,
                    Action.DeleteJob _,
                    Action.Announce _ -> {}
        }
    }

    private void forget(ClaimKey key) {
        informers.writtenClaims().forget(key.namespace(), key.name());
    }
}
