package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.test.cluster.ServerProcess;
import dev.cistern.test.server.OciServers;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
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

/// Claims filled from an OCI registry: a strict one, which takes the tokens of its own token service alone.
@SystemTest
class OciST {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int REGISTRY_PORT = 29030;
    private static final int TOKEN_PORT = 29031;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Map<String, String> digests = new TreeMap<>();

    private void plant() throws IOException, InterruptedException {
        plant("weights/model.bin", random(40 << 20));
        plant("config.json", random(1000));
        plant("sub/с именем", random(1));
        plant("empty", new byte[0]);
        Process tar =
                new ProcessBuilder(
                                "tar",
                                "-C",
                                directory.resolve("files").toString(),
                                "-czf",
                                directory.resolve("model.tar.gz").toString(),
                                ".")
                        .inheritIO()
                        .start();
        assertThat(tar.waitFor()).isZero();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private void plant(String name, byte[] bytes) throws IOException {
        Path file = directory.resolve("files").resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        try {
            digests.put(
                    name,
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private ServerProcess start(Cistern cistern) {
        return cistern.cluster()
                .startServer(
                        "oci",
                        OciServers.command(
                                cistern.cluster().serverAddress(),
                                REGISTRY_PORT,
                                TOKEN_PORT,
                                directory),
                        List.of(REGISTRY_PORT, TOKEN_PORT),
                        cistern.output().resolve("oci.log"));
    }

    private static String host(Cistern cistern) {
        return cistern.cluster().serverAddress() + ":" + REGISTRY_PORT;
    }

    private static void secret(Cistern cistern, String name, String password) {
        cistern.kubectl()
                .run(
                        "-n",
                        Cistern.POPULATE_NAMESPACE,
                        "create",
                        "secret",
                        "docker-registry",
                        name,
                        "--docker-server=" + host(cistern),
                        "--docker-username=" + OciServers.USER,
                        "--docker-password=" + password);
    }

    private static void backend(Cistern cistern, String name) {
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: cistern.dev/v1alpha1
                        kind: StorageBackend
                        metadata: {name: %s}
                        spec:
                          type: oci
                          auth:
                            mode: dockerConfig
                            dockerConfigSecretRef: {name: %s, key: .dockerconfigjson}
                          oci: {endpoint: "http://%s"}
                        """
                                .formatted(name, name, host(cistern)));
    }

    private static void populator(Team team, String name, String backend, String path) {
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: %s, namespace: NAMESPACE}
                spec:
                  sources:
                  - backendRef: {name: %s}
                    path: %s
                """
                        .formatted(name, backend, path));
    }

    private static void clean(Cistern cistern, String name) {
        cistern.kubectl().run("delete", "storagebackend", name, "--ignore-not-found");
        cistern.kubectl()
                .run(
                        "-n",
                        Cistern.POPULATE_NAMESPACE,
                        "delete",
                        "secret",
                        name,
                        "--ignore-not-found");
    }

    @Test
    void claimsAreFilledWithAnImagePullSecret(Cistern cistern, Team team) throws Exception {
        String name = team.namespace() + "-oci";
        plant();
        try (ServerProcess servers = start(cistern)) {
            secret(cistern, name, OciServers.PASSWORD);
            backend(cistern, name);
            populator(team, "files", name, "oci://" + host(cistern) + "/models/llama:v1");
            populator(team, "packed", name, "models/packed:v1");

            team.claim(Claim.from("files"));
            team.claim(Claim.from("packed"));

            team.awaitFilled("files", SOON);
            assertThat(team.pods().digests("check-files", "files")).isEqualTo(digests);
            team.awaitFilled("packed", SOON);
            assertThat(team.pods().digests("check-packed", "packed")).isEqualTo(digests);
        } finally {
            clean(cistern, name);
        }
    }

    @Test
    void aPasswordThatIsWrongIsTold(Cistern cistern, Team team) throws Exception {
        String name = team.namespace() + "-oci";
        plant();
        try (ServerProcess servers = start(cistern)) {
            secret(cistern, name, "wrong");
            backend(cistern, name);
            populator(team, "data", name, "models/llama:v1");

            PersistentVolumeClaim claim = team.claim(Claim.from("data"));

            team.awaitPhase(claim.getMetadata().getUid(), SOON, "Failed");
            team.awaitDescribed("data", SOON, "InvalidCredentials", "Secret of auth");
        } finally {
            clean(cistern, name);
        }
    }
}
