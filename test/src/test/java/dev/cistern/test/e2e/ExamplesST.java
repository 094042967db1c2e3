package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.cluster.ServerProcess;
import dev.cistern.test.server.Bucket;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// Applies every manifest of `examples/` unchanged, in a newcomer's order.
@SystemTest
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ExamplesST {
    private static final Duration SOON = Duration.ofSeconds(90);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static ServerProcess oss;

    private static final Map<String, String> OSS_DIGESTS = new TreeMap<>();

    @BeforeAll
    static void store(Cistern cistern) {
        Bucket bucket = cistern.s3().createBucket("datasets");
        for (int i = 0; i < 50; i++) {
            bucket.plant("library/shelf-%d/book-%02d".formatted(i % 5, i), 1000 + 997L * i, i);
        }
        bucket.plant("other/not-this", 10, 0);
        cistern.kubectl().run("create", "namespace", "team-a");
        cistern.kubectl().apply(cistern.s3Service());
        OssStore library = new OssStore(cistern, directory, "datasets");
        for (int i = 0; i < 20; i++) {
            library.plant("library/book-" + i, OssStore.random(1000 + i));
        }
        OSS_DIGESTS.putAll(library.digests("library/"));
        oss = library.start();
        cistern.kubectl().apply(cistern.outsideService("oss", 9001, OssStore.STORE_PORT));
    }

    @AfterAll
    static void clear(Cistern cistern) {
        oss.close();
        cistern.kubectl().run("delete", "namespace", "team-a", "object-store", "--wait=false");
        cistern.kubectl().run("delete", "storagebackend", "s3-backend", "oss-backend");
        cistern.kubectl()
                .run(
                        "delete",
                        "secret",
                        "-n",
                        Cistern.POPULATE_NAMESPACE,
                        "s3-credentials",
                        "oss-credentials");
        cistern.kubectl()
                .run("delete", "secret", "-n", Cistern.OSS_POPULATE_NAMESPACE, "oss-secret");
    }

    @Test
    @Order(1)
    void aPodReadsWhatTheBucketHolds(Cistern cistern) {
        for (String file : List.of("s3-backend.yaml", "populator.yaml", "pvc.yaml", "pod.yaml")) {
            apply(cistern, file);
        }

        String printed = new Pods(cistern, "team-a").result("reader", SOON);

        assertThat(Pods.parseDigests(printed)).isEqualTo(source(cistern));
    }

    @Test
    @Order(2)
    void ossIsReadByAnOssVolumePopulatorAndByABackend(Cistern cistern) {
        apply(cistern, "oss-populator.yaml");
        apply(cistern, "oss-backend.yaml");
        for (String claim : List.of("oss-library", "oss-backend-library")) {
            await("PVC " + claim)
                    .atMost(SOON)
                    .until(
                            () ->
                                    cistern.kubectl()
                                            .run(
                                                    "get",
                                                    "pvc",
                                                    "-n",
                                                    "team-a",
                                                    claim,
                                                    "-o",
                                                    "jsonpath={.status.phase}")
                                            .strip()
                                            .equals("Bound"));

            assertThat(new Pods(cistern, "team-a").digests("check-" + claim, claim))
                    .isEqualTo(OSS_DIGESTS);
        }
    }

    /// Argo is not installed, so the test does its part: a pod with the step's volume and command. The test deletes
    /// only the pods that the workflow's `podGC` would delete.
    @Test
    @Order(3)
    void eachStepOfTheWorkflowGetsAFilledVolumeThatGoesWithIt(Cistern cistern) throws IOException {
        GenericKubernetesResource workflow =
                Serialization.unmarshal(
                        Files.readString(examples(cistern).resolve("argo/workflow-ephemeral.yaml")),
                        GenericKubernetesResource.class);
        PodSecurityContext security =
                Serialization.unmarshal(
                        Serialization.asYaml(Team.get(workflow, "spec", "securityContext")),
                        PodSecurityContext.class);
        List<Map<String, Object>> templates = Team.get(workflow, "spec", "templates");
        Map<String, Object> step =
                templates.stream()
                        .filter(template -> template.containsKey("container"))
                        .findFirst()
                        .orElseThrow();
        for (String id : List.of("1", "2", "3")) {
            Pod pod = podOf(security, step, id);
            cistern.client().resource(pod).create();
        }
        for (String id : List.of("1", "2", "3")) {
            String printed = new Pods(cistern, "team-a").logAtEnd("library-" + id, SOON);
            assertThat(printed.lines()).contains("log", "shelf-0", "shelf-4");
        }
        assertThat(volumes(cistern))
                .as("a volume stays as long as its pod, though that has ended")
                .contains("library-1-data", "library-2-data", "library-3-data");
        for (String id : List.of("1", "2", "3")) {
            collectAsArgoDoes(cistern, workflow, "library-" + id);
        }
        await("the steps' volumes are gone")
                .atMost(SOON)
                .until(
                        () ->
                                volumes(cistern).stream()
                                        .noneMatch(name -> name.startsWith("library-")));
    }

    private static List<String> volumes(Cistern cistern) {
        return cistern
                .client()
                .persistentVolumeClaims()
                .inNamespace("team-a")
                .list()
                .getItems()
                .stream()
                .map(claim -> claim.getMetadata().getName())
                .toList();
    }

    /// What Argo's controller does with the pod of a succeeded step while its workflow exists: it deletes it with these
    /// two strategies, and keeps it otherwise.
    private static void collectAsArgoDoes(
            Cistern cistern, GenericKubernetesResource workflow, String pod) {
        String strategy = workflow.get("spec", "podGC", "strategy");
        if ("OnPodCompletion".equals(strategy) || "OnPodSuccess".equals(strategy)) {
            cistern.client().pods().inNamespace("team-a").withName(pod).delete();
        }
    }

    private static Pod podOf(PodSecurityContext security, Map<String, Object> step, String id) {
        String container =
                Serialization.asYaml(step.get("container")).replace("{{inputs.parameters.id}}", id);
        List<?> volumes = (List<?>) java.util.Objects.requireNonNull(step.get("volumes"));
        return new PodBuilder()
                .withNewMetadata()
                .withName("library-" + id)
                .withNamespace("team-a")
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withSecurityContext(security)
                .withContainers(
                        Serialization.unmarshal(
                                "name: main\nimagePullPolicy: IfNotPresent\n"
                                        + container.replace("---\n", ""),
                                io.fabric8.kubernetes.api.model.Container.class))
                .withVolumes(
                        volumes.stream()
                                .map(
                                        volume ->
                                                Serialization.unmarshal(
                                                        Serialization.asYaml(volume), Volume.class))
                                .toList())
                .endSpec()
                .build();
    }

    /// What it reads is not there in a test: the API server and the policies look at it, and nothing is filled.
    @Test
    @Order(4)
    void anExampleOfAStoreElsewhereIsTakenByTheApiServer(Cistern cistern) {
        assertThat(
                        cistern.kubectl()
                                .run(
                                        "apply",
                                        "--dry-run=server",
                                        "-f",
                                        examples(cistern).resolve("huggingface.yaml").toString()))
                .contains("storagebackend", "objectvolumepopulator", "persistentvolumeclaim");
    }

    @Test
    void noExampleIsLeftOut(Cistern cistern) throws IOException {
        try (Stream<Path> files = Files.walk(examples(cistern))) {
            assertThat(
                            files.filter(file -> file.toString().endsWith(".yaml"))
                                    .map(file -> examples(cistern).relativize(file).toString())
                                    .filter(file -> !file.startsWith("stores/")))
                    .containsExactlyInAnyOrder(
                            "s3-backend.yaml",
                            "populator.yaml",
                            "pvc.yaml",
                            "pod.yaml",
                            "oss-populator.yaml",
                            "oss-backend.yaml",
                            "huggingface.yaml",
                            // Applied by AzureST.
                            "azure-blob.yaml",
                            "argo/workflow-ephemeral.yaml");
        }
    }

    /// Those of `stores/` name stores that are not here; the API server checks them all the same.
    @Test
    void eachStoresManifestIsTaken(Cistern cistern) throws IOException {
        try (Stream<Path> files = Files.list(examples(cistern).resolve("stores"))) {
            for (Path file : files.sorted().toList()) {
                assertThat(
                                cistern.kubectl()
                                        .run(
                                                "apply",
                                                "--dry-run=server",
                                                "--validate=strict",
                                                "-f",
                                                file.toString()))
                        .as(file.toString())
                        .contains("server dry run");
            }
        }
    }

    private static Path examples(Cistern cistern) {
        return cistern.root().resolve("examples");
    }

    private static void apply(Cistern cistern, String file) {
        cistern.kubectl().run("apply", "-f", examples(cistern).resolve(file).toString());
    }

    private static Map<String, String> source(Cistern cistern) {
        return cistern.s3().bucket("datasets").digests("library/");
    }
}
