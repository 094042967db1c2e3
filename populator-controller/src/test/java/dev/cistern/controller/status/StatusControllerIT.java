package dev.cistern.controller.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.api.ControlPlane;
import dev.cistern.controller.cluster.ClusterCache;
import dev.cistern.controller.cluster.StorageCapacities;
import dev.cistern.controller.cluster.WarningEvents;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.PopulateNamespaces;
import dev.cistern.controller.model.Subject;
import dev.cistern.controller.resolve.Resolver;
import dev.cistern.controller.runtime.Api;
import dev.cistern.controller.runtime.ControllerLoop;
import dev.cistern.controller.runtime.EventRecorder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// Statuses stored by a real API server.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@SuppressWarnings("NullAway.Init")
class StatusControllerIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private ControlPlane plane;
    private KubernetesClient client;
    private ClusterCache cache;
    private EventRecorder events;
    private ControllerLoop<Subject> statuses;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        plane = ControlPlane.start();
        client = plane.client();
        for (String crd :
                List.of(
                        "cistern.dev_datasets",
                        "cistern.dev_datasetclaims",
                        "cistern.dev_nodedatasets",
                        "cistern.dev_refreshdatasets",
                        "cistern.dev_objectvolumepopulators",
                        "cistern.dev_storagebackends",
                        "cistern.dev_volumepopulations",
                        "oss/storage.alibabacloud.com_ossvolumepopulators")) {
            try (InputStream in =
                    StatusControllerIT.class.getResourceAsStream("/crds/" + crd + ".yaml")) {
                client.load(in).create();
            }
        }
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName("team-a")
                                .endMetadata()
                                .build())
                .create();
        await().atMost(SOON)
                .ignoreExceptions()
                .until(() -> client.getApiResources("storage.alibabacloud.com/v1beta1") != null);
        cache = new ClusterCache(client, new WarningEvents(client), new StorageCapacities(client));
        Api api = new Api(client, Names.FIELD_MANAGER);
        events = new EventRecorder(api, Names.FIELD_MANAGER, Clock.systemUTC());
        statuses =
                new ControllerLoop<>(
                        new StatusController(
                                api,
                                client.getKubernetesSerialization(),
                                cache,
                                new Resolver(
                                        new PopulateNamespaces(
                                                "cistern-populate", "ack-volume-populator")),
                                events,
                                Clock.systemUTC()),
                        new SimpleMeterRegistry());
        statuses.watch();
        cache.start();
        events.start();
        aStandbyWritesNothing();
    }

    /// The next leader reconciles everything.
    private void aStandbyWritesNothing() {
        HasMetadata standby =
                make(
                        """
                        apiVersion: cistern.dev/v1alpha1
                        kind: StorageBackend
                        metadata: {name: standby}
                        spec: {type: s3, auth: {mode: anonymous}, s3: {region: us-east-1}}
                        """);
        await().atMost(SOON).until(() -> cache.backend("standby").isPresent());
        assertThat(
                        ((GenericKubernetesResource) client.resource(standby).get())
                                .<Object>get("status"))
                .isNull();
        statuses.lead();
        awaitReady(standby, "Unknown", "NotUsedYet");
    }

    @AfterAll
    void stop() throws IOException {
        if (statuses != null) {
            statuses.stop();
            cache.close();
            events.close();
        }
        if (client != null) {
            client.close();
        }
        if (plane != null) {
            plane.close();
        }
    }

    private GenericKubernetesResource make(String yaml) {
        GenericKubernetesResource object =
                Serialization.unmarshal(yaml, GenericKubernetesResource.class);
        return client.resource(object).create();
    }

    private void awaitReady(HasMetadata object, String status, String reason) {
        await().atMost(SOON)
                .untilAsserted(
                        () -> {
                            GenericKubernetesResource now =
                                    (GenericKubernetesResource) client.resource(object).get();
                            assertThat(now.<String>get("status", "conditions", 0, "type"))
                                    .isEqualTo("Ready");
                            assertThat(now.<String>get("status", "conditions", 0, "status"))
                                    .isEqualTo(status);
                            assertThat(now.<String>get("status", "conditions", 0, "reason"))
                                    .isEqualTo(reason);
                        });
    }

    @Test
    void aBackendIsNeverWithoutAWord() {
        HasMetadata backend =
                make(
                        """
                        apiVersion: cistern.dev/v1alpha1
                        kind: StorageBackend
                        metadata: {name: lake}
                        spec: {type: s3, auth: {mode: anonymous}, s3: {region: us-east-1}}
                        """);
        awaitReady(backend, "Unknown", "NotUsedYet");
    }

    @Test
    void aConditionThatIsFalseIsToldByAnEvent() {
        HasMetadata dataset =
                make(
                        """
                        apiVersion: cistern.dev/v1alpha1
                        kind: NodeDataset
                        metadata: {name: imagenet-b}
                        spec: {datasetRef: imagenet, nodeName: b}
                        """);
        awaitReady(dataset, "False", "NotImplemented");
        await().atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(
                                                client.v1()
                                                        .events()
                                                        .inNamespace("default")
                                                        .list()
                                                        .getItems())
                                        .filteredOn(
                                                e ->
                                                        dataset.getMetadata()
                                                                .getUid()
                                                                .equals(
                                                                        e.getInvolvedObject()
                                                                                .getUid()))
                                        .extracting(Event::getReason, Event::getType)
                                        .containsExactly(
                                                org.assertj.core.groups.Tuple.tuple(
                                                        "NotImplemented", "Warning")));
    }

    @Test
    void kindsThatAreNotServedSaySo() {
        for (String yaml :
                List.of(
                        """
                        apiVersion: cistern.dev/v1alpha1
                        kind: NodeDataset
                        metadata: {name: imagenet-a}
                        spec: {datasetRef: imagenet, nodeName: a}
                        """,
                        """
                        apiVersion: cistern.dev/v1alpha1
                        kind: RefreshDataset
                        metadata: {name: refresh}
                        spec: {datasetRef: imagenet}
                        """,
                        """
                        apiVersion: cistern.dev/v1alpha1
                        kind: DatasetClaim
                        metadata: {name: readers, namespace: team-a}
                        spec: {datasetRef: imagenet, mountPath: /data, podSelector: {}}
                        """)) {
            awaitReady(make(yaml), "False", "NotImplemented");
        }
    }

    /// The claim has no run, and nothing else changes when it comes.
    @Test
    void aClaimThatWaitsWithoutARunIsInThePopulatorsStatus() {
        HasMetadata populator =
                make(
                        """
                        apiVersion: storage.alibabacloud.com/v1beta1
                        kind: OSSVolumePopulator
                        metadata: {name: qwen, namespace: team-a}
                        spec:
                          bucket: my-test-bucket
                          region: cn-hangzhou
                          endpoint: oss-cn-hangzhou-internal.aliyuncs.com
                          mode: bmcpfs-dataflow
                        """);
        awaitReady(populator, "False", "UnsupportedSource");
        make(
                """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: waits, namespace: team-a}
                spec:
                  accessModes: [ReadWriteMany]
                  resources: {requests: {storage: 1Gi}}
                  dataSourceRef:
                    apiGroup: storage.alibabacloud.com
                    kind: OSSVolumePopulator
                    name: qwen
                """);
        await().atMost(SOON)
                .untilAsserted(
                        () -> {
                            GenericKubernetesResource now =
                                    (GenericKubernetesResource) client.resource(populator).get();
                            assertThat(now.<String>get("status", "message"))
                                    .startsWith("0 of 1 populated, 1 pending: ")
                                    .contains("bmcpfs-dataflow is not supported");
                            assertThat(now.<String>get("status", "runs", 0, "pvc"))
                                    .isEqualTo("waits");
                        });
    }
}
