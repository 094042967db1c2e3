package dev.cistern.controller.probe;

import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.controller.cluster.WatchedKinds;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.probe.plan.ProbeRecord;
import dev.cistern.controller.probe.plan.ProbeView;
import dev.cistern.controller.runtime.Api;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Writes what was planned for a probe.
final class ProbeApplier {
    private final Api api;
    private final WatchedKinds kinds;

    ProbeApplier(Api api, WatchedKinds kinds) {
        this.api = api;
        this.kinds = kinds;
    }

    private static String jobs(String namespace) {
        return "/apis/batch/v1/namespaces/" + namespace + "/jobs";
    }

    /// Makes a Job; one of that name that is there already is as good.
    ///
    /// @throws KubernetesClientException when the API server refuses or does not answer
    void create(Job job) {
        try {
            kinds.jobs
                    .overlay()
                    .written(api.create(jobs(job.getMetadata().getNamespace()), job, Job.class));
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    /// Deletes a Job with its pod.
    ///
    /// @throws KubernetesClientException when the API server refuses or does not answer
    void delete(String namespace, String name, String uid) {
        try {
            api.delete(jobs(namespace) + "/" + name, uid);
            kinds.jobs.overlay().deleted(namespace, name, uid);
        } catch (KubernetesClientException e) {
            // Gone, or gone and made again: either way this life of it is over.
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND
                    && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    /// Writes what a probe found, under a field manager of its own: the rest of the status is the status controller's.
    ///
    /// @throws KubernetesClientException when the API server refuses or does not answer
    void write(ProbeView seen, ProbeRecord record) {
        Map<String, Object> probe = new LinkedHashMap<>();
        probe.put("number", record.number());
        probe.put("outcome", text(record.outcome()));
        if (record.reason() != null) {
            probe.put("reason", record.reason());
        }
        probe.put("message", record.message());
        probe.put("path", record.path());
        probe.put("fingerprint", record.fingerprint());
        probe.put(
                "finishedAt",
                DateTimeFormatter.ISO_INSTANT.format(
                        record.finished().truncatedTo(ChronoUnit.MILLIS)));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("apiVersion", "cistern.dev/v1alpha1");
        body.put("kind", "StorageBackend");
        body.put("metadata", Map.of("name", seen.name(), "uid", seen.uid()));
        body.put("status", Map.of("probe", probe));
        kinds.backends
                .overlay()
                .written(
                        api.patch(
                                "/apis/cistern.dev/v1alpha1/storagebackends/"
                                        + seen.name()
                                        + "/status",
                                Api.Patch.APPLY,
                                Names.PROBE_MANAGER,
                                body,
                                StorageBackend.class));
    }

    private static String text(ProbeRecord.Outcome outcome) {
        String name = outcome.name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }
}
