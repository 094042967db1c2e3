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
import java.util.List;
import java.util.Map;

/// Carries out actions, one call each. What the API server answers goes into the informers' overlay, so that the next look
/// sees it.
public final class Applier {
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
            case Action.AddFinalizer(Claim claim) -> patchClaim(claim, Patches.addFinalizer(claim));
            case Action.RemoveFinalizer(Claim claim) ->
                    patchClaim(claim, Patches.removeFinalizer(claim));
            case Action.ClearSelectedNode(Claim claim) ->
                    patchClaim(claim, Patches.clearSelectedNode(claim));
            case Action.CreateRun(VolumePopulation run) ->
                    informers
                            .writtenRuns()
                            .written(
                                    api.create(
                                            Paths.runs(run.getMetadata().getNamespace()),
                                            run,
                                            VolumePopulation.class));
            case Action.CreatePrime(PersistentVolumeClaim prime) ->
                    informers
                            .writtenClaims()
                            .written(
                                    api.create(
                                            Paths.claims(prime.getMetadata().getNamespace()),
                                            prime,
                                            PersistentVolumeClaim.class));
            case Action.CreateJob(Job job, int attempt) -> createJob(job, attempt);
            case Action.DeleteRun(String namespace, String name, String uid) -> {
                delete(Paths.runs(namespace), name, uid);
                informers.writtenRuns().deleted(namespace, name, uid);
            }
            case Action.DeletePrime(String namespace, String name, String uid) -> {
                delete(Paths.claims(namespace), name, uid);
                informers.writtenClaims().deleted(namespace, name, uid);
            }
            case Action.DeleteJob(String namespace, String name, String uid) -> {
                delete(Paths.jobs(namespace), name, uid);
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
                        Paths.jobs(job.getMetadata().getNamespace()),
                        seal.seal(job, attempt),
                        Job.class);
        made.setSpec(null);
        informers.writtenJobs().written(made);
    }

    private void patchClaim(Claim claim, List<Map<String, Object>> operations) {
        informers
                .writtenClaims()
                .written(
                        api.patch(
                                Paths.claim(claim.key()),
                                Api.Patch.OPERATIONS,
                                Names.FIELD_MANAGER,
                                operations,
                                PersistentVolumeClaim.class));
    }

    private void rebind(Action.Rebind rebind) {
        PersistentVolume written =
                api.patch(
                        Paths.volume(rebind.volume()),
                        Api.Patch.MERGE,
                        Names.FIELD_MANAGER,
                        Patches.rebind(rebind),
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
                        Paths.runStatus(write.claim().namespace(), write.claim().uid()),
                        Api.Patch.APPLY,
                        Names.FIELD_MANAGER,
                        status,
                        VolumePopulation.class);
        informers.writtenRuns().written(written);
    }

    private void delete(String collection, String name, String uid) {
        try {
            api.delete(collection + "/" + name, uid);
        } catch (KubernetesClientException e) {
            // Gone, or gone and made again: either way this life of it is over.
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
