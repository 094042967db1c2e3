package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.cluster.ServerProcess;
import dev.cistern.test.server.HubServers;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Claims filled from a strict Hugging Face Hub, whose large files come from a network that refuses whoever shows it a
/// token.
@SystemTest
class HubST {
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final int HUB_PORT = 29020;
    private static final int NETWORK_PORT = 29021;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Map<String, String> digests = new TreeMap<>();

    private void plant() throws IOException {
        Files.createDirectories(directory.resolve("more"));
        plant("files/model.safetensors", random(40 << 20));
        plant("files/sub/сonfig.json", random(1000));
        plant("files/sub/a b/+#x", random(1));
        plant("files/empty", new byte[0]);
        plant("files/.gitattributes", random(30));
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private void plant(String name, byte[] bytes) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        if (name.startsWith("files/")) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
                digests.put(name.substring("files/".length()), HexFormat.of().formatHex(digest));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private ServerProcess start(Cistern cistern) {
        return cistern.cluster()
                .startServer(
                        "hub",
                        HubServers.command(
                                cistern.cluster().serverAddress(),
                                HUB_PORT,
                                NETWORK_PORT,
                                directory),
                        List.of(HUB_PORT, NETWORK_PORT),
                        cistern.output().resolve("hub.log"));
    }

    private static void backend(Cistern cistern, String name, String token) {
        cistern.kubectl()
                .run(
                        "-n",
                        Cistern.POPULATE_NAMESPACE,
                        "create",
                        "secret",
                        "generic",
                        name,
                        "--from-literal=token=" + token);
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: cistern.dev/v1alpha1
                        kind: StorageBackend
                        metadata: {name: %s}
                        spec:
                          type: huggingFace
                          auth: {mode: bearer, tokenSecretRef: {name: %s, key: token}}
                          huggingFace: {endpoint: "http://%s:%s"}
                        """
                                .formatted(
                                        name, name, cistern.cluster().serverAddress(), HUB_PORT));
    }

    private static void populator(Team team, String backend, String repo) {
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: data, namespace: NAMESPACE}
                spec:
                  sources:
                  - backendRef: {name: %s}
                    path: hf://%s
                """
                        .formatted(backend, repo));
    }

    private static void clean(Cistern cistern, String name) {
        cistern.kubectl().result("delete", "sb", name);
        cistern.kubectl().result("-n", Cistern.POPULATE_NAMESPACE, "delete", "secret", name);
    }

    private static String revisions(Team team, PersistentVolumeClaim claim) {
        return team.kubectl(
                        "get",
                        "vpop",
                        "pop-" + claim.getMetadata().getUid(),
                        "-o",
                        "jsonpath={.status.revisions[*].revision}")
                .strip();
    }

    @Test
    void aPrivateRepoFillsAClaimAndItsCommitIsRecorded(Cistern cistern, Team team)
            throws IOException {
        String name = team.namespace() + "-hub";
        plant();
        try (ServerProcess server = start(cistern)) {
            backend(cistern, name, HubServers.TOKEN);
            populator(team, name, HubServers.REPO);

            PersistentVolumeClaim claim = team.claim(Claim.from("data"));

            team.awaitFilled("data", SOON);
            assertThat(team.pods().digests("check", "data")).isEqualTo(digests);
            assertThat(revisions(team, claim)).matches("[0-9a-f]{40}");
        } finally {
            clean(cistern, name);
        }
    }

    @Test
    void anAttemptAfterTheBranchHasMovedFillsFromTheFirstOnesCommit(Cistern cistern, Team team)
            throws IOException {
        String name = team.namespace() + "-hub";
        plant();
        plant("more/sub/сonfig.json", random(2000));
        plant("more/added", random(10));
        Path slow = Files.createFile(directory.resolve("slow"));
        try (ServerProcess server = start(cistern)) {
            backend(cistern, name, HubServers.TOKEN);
            populator(team, name, HubServers.REPO);
            PersistentVolumeClaim claim = team.claim(Claim.from("data"));
            await("the commit in the record")
                    .atMost(SOON)
                    .until(
                            () ->
                                    team.kubectl(
                                                    "get",
                                                    "vpop",
                                                    "pop-" + claim.getMetadata().getUid(),
                                                    "-o",
                                                    "jsonpath={.status.progress.revisions[*].revision}")
                                            .strip()
                                            .matches("[0-9a-f]{40}"));

            Pod pod = new Primes(cistern, claim).pods().getFirst();
            new Controller(cistern).kill(pod);
            Files.createFile(directory.resolve("push"));
            await("the push").atMost(SOON).until(() -> Files.exists(directory.resolve("pushed")));
            Files.delete(slow);

            team.awaitFilled("data", SOON);
            assertThat(team.pods().digests("check", "data")).isEqualTo(digests);
        } finally {
            clean(cistern, name);
        }
    }

    @Test
    void aGatedRepoAndAWrongTokenAreTold(Cistern cistern, Team team) throws IOException {
        String gated = team.namespace() + "-gated";
        String wrong = team.namespace() + "-wrong";
        plant();
        try (ServerProcess server = start(cistern)) {
            backend(cistern, gated, HubServers.TOKEN);
            populator(team, gated, HubServers.GATED);
            PersistentVolumeClaim claim = team.claim(Claim.from("data"));
            team.awaitPhase(claim.getMetadata().getUid(), SOON, "Failed");
            team.awaitDescribed("data", SOON, "AccessDenied", "accept its conditions");

            backend(cistern, wrong, "hf_wrong");
            team.apply(
                    """
                    apiVersion: cistern.dev/v1alpha1
                    kind: ObjectVolumePopulator
                    metadata: {name: other, namespace: NAMESPACE}
                    spec:
                      sources:
                      - backendRef: {name: %s}
                        path: hf://%s
                    """
                            .formatted(wrong, HubServers.REPO));
            PersistentVolumeClaim other = team.claim(Claim.from("other"));
            team.awaitPhase(other.getMetadata().getUid(), SOON, "Failed");
            team.awaitDescribed("other", SOON, "InvalidCredentials", "check the token");
        } finally {
            clean(cistern, gated);
            clean(cistern, wrong);
        }
    }
}
