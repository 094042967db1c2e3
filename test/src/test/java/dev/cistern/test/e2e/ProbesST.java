package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// `Ready` of a StorageBackend before anybody has used it.
@SystemTest
class ProbesST {
    private static final Duration SOON = Duration.ofSeconds(120);

    @Test
    void aNewBackendIsProbedAndNothingIsLeft(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("models/a.txt", "alpha\n");
        String name = team.namespace();
        cistern.kubectl().apply(backend(cistern, name, "store", bucket.name() + "/models/"));

        awaitReady(cistern, name, "True Probed");

        assertThat(cistern.kubectl().run("get", "storagebackend", name))
                .contains("READY", "SINCE", "PROBED", "True");
        assertThat(message(cistern, name))
                .contains("listed s3://" + bucket.name() + "/models/", "looked at one object");
        assertThat(bucket.traffic().objectBytes()).isZero();
        awaitNoProbe(cistern, name);

        // Another place that the credentials cannot list.
        cistern.kubectl().apply(backend(cistern, name, "store", "no-such-bucket-here/"));
        awaitReady(cistern, name, "False NoSuchBucket");
        cistern.kubectl().apply(backend(cistern, name, "store", bucket.name() + "/nothing/"));
        awaitReady(cistern, name, "True Probed");
        assertThat(message(cistern, name)).contains("nothing is there");
        cistern.kubectl().run("delete", "storagebackend", name);
    }

    @Test
    void aWrongKeyAndAMissingSecretAreToldAndACorrectionIsSeenAtOnce(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("a.txt", "alpha\n");
        String name = team.namespace();
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: v1
                        kind: Secret
                        metadata: {name: %s, namespace: %s}
                        stringData: {id: nobody, key: wrong}
                        """
                                .formatted(name, Cistern.POPULATE_NAMESPACE));
        cistern.kubectl().apply(backend(cistern, name, name, bucket.name() + "/"));
        awaitReady(cistern, name, "False InvalidCredentials");

        cistern.kubectl().apply(backend(cistern, name, name + "-missing", bucket.name() + "/"));
        awaitReady(cistern, name, "False PodNotStarting");
        assertThat(message(cistern, name)).contains(name + "-missing");
        assertThat(cistern.kubectl().run("describe", "storagebackend", name))
                .contains("Warning", "PodNotStarting");

        cistern.kubectl().apply(backend(cistern, name, "store", bucket.name() + "/"));
        awaitReady(cistern, name, "True Probed");
        awaitNoProbe(cistern, name);
        cistern.kubectl().run("delete", "storagebackend", name);
        cistern.kubectl().run("delete", "secret", name, "-n", Cistern.POPULATE_NAMESPACE);
    }

    @Test
    void withoutABucketNothingIsSaidToBeWrong(Cistern cistern, Team team) {
        String name = team.namespace();
        cistern.kubectl().apply(cistern.backend(name, "store"));
        awaitReady(cistern, name, "Unknown NotUsedYet");
        assertThat(message(cistern, name)).contains("spec.probe.path");
        cistern.kubectl().run("delete", "storagebackend", name);
    }

    private static String backend(Cistern cistern, String name, String secret, String path) {
        return cistern.backend(name, secret) + "  probe: {path: \"s3://%s\"}\n".formatted(path);
    }

    private static void awaitReady(Cistern cistern, String name, String ready) {
        await("Ready of " + name)
                .atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(
                                                jsonPath(
                                                        cistern,
                                                        name,
                                                        "{.status.conditions[0].status}"
                                                            + " {.status.conditions[0].reason}"))
                                        .isEqualTo(ready));
    }

    private static String message(Cistern cistern, String name) {
        return jsonPath(cistern, name, "{.status.conditions[0].message}");
    }

    private static String jsonPath(Cistern cistern, String name, String path) {
        return cistern.kubectl()
                .run("get", "storagebackend", name, "-o", "jsonpath=" + path)
                .strip();
    }

    private static void awaitNoProbe(Cistern cistern, String name) {
        String uid = jsonPath(cistern, name, "{.metadata.uid}");
        await("no probe left")
                .atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(
                                                cistern.kubectl()
                                                        .run(
                                                                "get",
                                                                "jobs,pods",
                                                                "-n",
                                                                Cistern.POPULATE_NAMESPACE,
                                                                "-l",
                                                                "cistern.dev/probe-of=" + uid,
                                                                "-o",
                                                                "name"))
                                        .isBlank());
    }
}
