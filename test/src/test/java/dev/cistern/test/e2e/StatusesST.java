package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The output of `kubectl get` and `kubectl describe` for everything but claims and runs: never empty, always with a
/// reason.
@SystemTest
class StatusesST {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void aBackendSaysWhatTheNewestRunSaid(Cistern cistern, Team team) {
        String name = team.namespace();
        cistern.kubectl().apply(cistern.backend(name, "store"));
        awaitShown(cistern, "storagebackend", name, "Unknown NotUsedYet");

        Bucket bucket = team.newBucket();
        bucket.put("a.txt", "alpha\n");
        populator(team, name, bucket);
        team.claim(Claim.from("data"));
        team.awaitFilled("data", SOON);

        // A probe of what the populator names may come before or after the run.
        await("Ready of the backend")
                .atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(shown(cistern, "storagebackend", name))
                                        .isIn("True Used", "True Probed"));
        assertThat(cistern.kubectl().run("get", "storagebackend", name))
                .contains("READY", "REASON");
        cistern.kubectl().run("delete", "storagebackend", name);
    }

    @Test
    void aDataflowThatIsNotThereYetNamesTheClaimThatWaits(Team team) {
        team.apply(
                """
                apiVersion: storage.alibabacloud.com/v1beta1
                kind: OSSVolumePopulator
                metadata: {name: qwen, namespace: NAMESPACE}
                spec:
                  bucket: my-test-bucket
                  region: cn-hangzhou
                  endpoint: oss-cn-hangzhou-internal.aliyuncs.com
                  mode: bmcpfs-dataflow
                """);
        team.claim(
                Claim.from("waits")
                        .withDataSource(
                                "{apiGroup: storage.alibabacloud.com, kind: OSSVolumePopulator,"
                                        + " name: qwen}"));

        await("describe of the populator")
                .atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(team.kubectl("describe", "ossvp", "qwen"))
                                        .contains(
                                                "bmcpfs-dataflow is not supported in this version",
                                                "waits")
                                        .doesNotContain("no PersistentVolumeClaim uses this now"));
        assertThat(team.kubectl("get", "ossvp", "qwen")).contains("False", "UnsupportedSource");
    }

    @Test
    void kindsThatAreNotServedYetSaySo(Cistern cistern, Team team) {
        String name = team.namespace();
        String yaml =
                """
                apiVersion: cistern.dev/v1alpha1
                kind: NodeDataset
                metadata: {name: NAMESPACE}
                spec: {datasetRef: imagenet, nodeName: nowhere}
                ---
                apiVersion: cistern.dev/v1alpha1
                kind: RefreshDataset
                metadata: {name: NAMESPACE}
                spec: {datasetRef: imagenet}
                ---
                apiVersion: cistern.dev/v1alpha1
                kind: DatasetClaim
                metadata: {name: NAMESPACE, namespace: NAMESPACE}
                spec: {datasetRef: imagenet, mountPath: /data, podSelector: {}}
                """;
        team.apply(yaml);

        awaitShown(cistern, "nodedataset", name, "False NotImplemented");
        awaitShown(cistern, "refreshdataset", name, "False NotImplemented");
        await("DatasetClaim")
                .atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(team.kubectl("get", "dsc", name))
                                        .contains("False", "NotImplemented"));
        cistern.kubectl().run("delete", "nodedataset,refreshdataset", name);
    }

    private static void populator(Team team, String backend, Bucket bucket) {
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: data, namespace: NAMESPACE}
                spec:
                  sources:
                  - backendRef: {name: %s}
                    path: s3://%s/
                """
                        .formatted(backend, bucket.name()));
    }

    private static void awaitShown(Cistern cistern, String kind, String name, String ready) {
        await("Ready of " + kind + " " + name)
                .atMost(SOON)
                .untilAsserted(() -> assertThat(shown(cistern, kind, name)).isEqualTo(ready));
    }

    private static String shown(Cistern cistern, String kind, String name) {
        return cistern.kubectl()
                .run(
                        "get",
                        kind,
                        name,
                        "-o",
                        "jsonpath={.status.conditions[0].status} {.status.conditions[0].reason}")
                .strip();
    }
}
