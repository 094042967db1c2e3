package dev.cistern.controller.population;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.controller.cluster.ClusterCache;
import dev.cistern.controller.cluster.StorageCapacities;
import dev.cistern.controller.cluster.WarningEvents;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.world.WatchServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a run waits for wakes its PVC through a watch. There is no timer in these tests: a key that is queued was queued
/// for the change before it.
@Timeout(60)
class PopulationTriggersTest {
    private static final ClaimKey CLAIM = new ClaimKey("team-a", "data", "c1");

    private static final String LABELS =
            "{app.kubernetes.io/managed-by: cistern, cistern.dev/pvc-uid: c1, cistern.dev/attempt:"
                    + " \"1\"}";

    private final BlockingQueue<ClaimKey> woken = new LinkedBlockingQueue<>();
    private WatchServer server;
    private KubernetesClient client;
    private ClusterCache cache;

    @BeforeEach
    void watch() throws IOException {
        server = new WatchServer();
        client = server.client();
        cache = new ClusterCache(client, new WarningEvents(client), new StorageCapacities(client));
        new PopulationTriggers(cache.kinds(), woken::add).subscribe();
        cache.start();
    }

    @AfterEach
    void stop() {
        cache.close();
        client.close();
        server.close();
    }

    /// A change wakes the PVC, once.
    private void wakes(String resource, String type, String yaml) throws Exception {
        assertThat(woken).as("woken before %s %s", type, resource).isEmpty();
        server.report(resource, type, yaml);
        assertThat(woken.poll(20, TimeUnit.SECONDS)).as("%s %s", type, resource).isEqualTo(CLAIM);
    }

    private void claim(String sourceNamespace) throws Exception {
        wakes(
                "persistentvolumeclaims",
                "ADDED",
                """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {namespace: team-a, name: data, uid: c1}
                spec:
                  dataSourceRef: {apiGroup: cistern.dev, kind: ObjectVolumePopulator, name: model, namespace: %s}
                status: {phase: Pending}
                """
                        .formatted(sourceNamespace));
    }

    @Test
    void aGrantThatComesLaterWakesTheClaim() throws Exception {
        claim("team-b");
        wakes(
                "objectvolumepopulators",
                "ADDED",
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {namespace: team-b, name: model, uid: p1, generation: 1}
                spec:
                  sources: [{backendRef: {name: lake}, path: "s3://models/qwen/"}]
                """);
        String grant =
                """
                apiVersion: gateway.networking.k8s.io/v1beta1
                kind: ReferenceGrant
                metadata: {namespace: team-b, name: share, uid: g1}
                spec:
                  from: [{group: "", kind: PersistentVolumeClaim, namespace: team-a}]
                  to: [{group: cistern.dev, kind: ObjectVolumePopulator}]
                """;
        wakes("referencegrants", "ADDED", grant);
        wakes("referencegrants", "DELETED", grant);
    }

    @Test
    void eachStepOfARunWakesTheClaim() throws Exception {
        claim("team-a");
        String prime =
                """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {namespace: cistern-populate, name: prime-c1, uid: q1, labels: %s}
                spec: {storageClassName: fast}
                status: {phase: %s}
                """;
        wakes("persistentvolumeclaims", "ADDED", prime.formatted(LABELS, "Pending"));
        wakes("persistentvolumeclaims", "MODIFIED", prime.formatted(LABELS, "Bound"));
        String job =
                """
                apiVersion: batch/v1
                kind: Job
                metadata: {namespace: cistern-populate, name: populate-c1-1, uid: j1, labels: %s}
                status: %s
                """;
        wakes("jobs", "ADDED", job.formatted(LABELS, "{}"));
        String pod =
                """
                apiVersion: v1
                kind: Pod
                metadata: {namespace: cistern-populate, name: populate-c1-1-x, uid: o1, labels: %s}
                status: {phase: %s}
                """;
        wakes("pods", "ADDED", pod.formatted(LABELS, "Running"));
        wakes("pods", "MODIFIED", pod.formatted(LABELS, "Succeeded"));
        wakes(
                "jobs",
                "MODIFIED",
                job.formatted(LABELS, "{conditions: [{type: Complete, status: \"True\"}]}"));
        wakes(
                "persistentvolumes",
                "ADDED",
                """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: pv-1, uid: v1}
                spec: {claimRef: {namespace: team-a, name: data, uid: c1}}
                """);
    }
}
