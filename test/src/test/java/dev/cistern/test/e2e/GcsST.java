package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.doubles.gcs.ServiceAccountKey;
import dev.cistern.doubles.gcs.StrictGcs;
import dev.cistern.test.cluster.ServerProcess;
import dev.cistern.test.server.GcsServers;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Claims filled from the Google Cloud Storage double, which accepts only tokens of its own token services.
@SystemTest
class GcsST {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int STORE_PORT = 29010;
    private static final int TOKEN_PORT = 29011;
    private static final String PROVIDER =
            "projects/123/locations/global/workloadIdentityPools/cluster/providers/e2e";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Map<String, String> digests = new TreeMap<>();

    /// Large and small objects, with non-ASCII names, and one that is stored compressed.
    private void plant() throws IOException {
        plant("model/weights.bin", random(40 << 20));
        plant("model/сonfig.json", random(1000));
        plant("model/a b/+/x", random(1));
        plant("model/empty", new byte[0]);
        plant("model/log.gz", StrictGcs.packed(new byte[100_000]));
        Path other = directory.resolve("objects/elsewhere");
        Files.writeString(other, "not asked for");
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private void plant(String name, byte[] bytes) throws IOException {
        Path file = directory.resolve("objects").resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            digests.put(name.substring("model/".length()), HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private ServerProcess start(Cistern cistern) {
        ServerProcess servers =
                cistern.cluster()
                        .startServer(
                                "gcs",
                                GcsServers.command(
                                        cistern.cluster().serverAddress(),
                                        STORE_PORT,
                                        TOKEN_PORT,
                                        directory),
                                List.of(STORE_PORT, TOKEN_PORT),
                                cistern.output().resolve("gcs.log"));
        await("the key").atMost(SOON).until(() -> Files.exists(directory.resolve("key.json")));
        return servers;
    }

    private static String url(Cistern cistern, int port) {
        return "http://" + cistern.cluster().serverAddress() + ":" + port;
    }

    private void secret(Cistern cistern, String name, Path key) {
        cistern.kubectl()
                .run(
                        "-n",
                        Cistern.POPULATE_NAMESPACE,
                        "create",
                        "secret",
                        "generic",
                        name,
                        "--from-file=service-account.json=" + key);
    }

    private static void backend(Cistern cistern, String name) {
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: cistern.dev/v1alpha1
                        kind: StorageBackend
                        metadata: {name: %s}
                        spec:
                          type: gcs
                          auth:
                            mode: serviceAccountKey
                            serviceAccountKeySecretRef: {name: %s, key: service-account.json}
                          gcs: {projectId: test-project, endpoint: "%s"}
                        """
                                .formatted(name, name, url(cistern, STORE_PORT)));
    }

    private static void populator(Team team, String backend) {
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: data, namespace: NAMESPACE}
                spec:
                  sources:
                  - backendRef: {name: %s}
                    path: gs://bucket/model/
                """
                        .formatted(backend));
    }

    @Test
    void aClaimIsFilledWithAServiceAccountsKey(Cistern cistern, Team team) throws IOException {
        String name = team.namespace() + "-gcs";
        plant();
        try (ServerProcess servers = start(cistern)) {
            secret(cistern, name, directory.resolve("key.json"));
            backend(cistern, name);
            populator(team, name);

            team.claim(Claim.from("data"));

            team.awaitFilled("data", SOON);
            assertThat(team.pods().digests("check", "data")).isEqualTo(digests);
            awaitReady(cistern, name, "True Used");
        } finally {
            clean(cistern, name);
        }
    }

    @Test
    void aKeyThatIsGoneIsTold(Cistern cistern, Team team) throws IOException {
        String name = team.namespace() + "-gcs";
        plant();
        try (ServerProcess servers = start(cistern)) {
            Path stale = directory.resolve("stale.json");
            Files.writeString(
                    stale,
                    ServiceAccountKey.of(GcsServers.READER)
                            .file(url(cistern, TOKEN_PORT) + "/token"));
            secret(cistern, name, stale);
            backend(cistern, name);
            populator(team, name);

            PersistentVolumeClaim claim = team.claim(Claim.from("data"));

            team.awaitPhase(claim.getMetadata().getUid(), SOON, "Failed");
            team.awaitDescribed("data", SOON, "InvalidCredentials", "make a new key");
            awaitReady(cistern, name, "False InvalidCredentials");
        } finally {
            clean(cistern, name);
        }
    }

    @Test
    void theClustersTokenIsExchangedAndAnAccountImpersonated(Cistern cistern, Team team)
            throws IOException {
        plant();
        team.kubectl("create", "serviceaccount", "reader");
        trust(cistern, "system:serviceaccount:" + team.namespace() + ":reader");
        try (ServerProcess servers = start(cistern)) {
            inline(cistern, team, "data", "reader");
            inline(cistern, team, "other", "default");

            team.claim(Claim.from("data"));
            PersistentVolumeClaim other = team.claim(Claim.from("other"));

            team.awaitFilled("data", SOON);
            assertThat(team.pods().digests("check", "data")).isEqualTo(digests);
            team.awaitPhase(other.getMetadata().getUid(), SOON, "Failed");
            team.awaitDescribed("other", SOON, "InvalidCredentials", "check the provider");
        }
    }

    private void trust(Cistern cistern, String subject) throws IOException {
        Properties trust = new Properties();
        trust.setProperty("provider", PROVIDER);
        trust.setProperty("audience", "https://iam.googleapis.com/" + PROVIDER);
        trust.setProperty("subject", subject);
        trust.setProperty(
                "issuer",
                new ObjectMapper()
                        .readTree(
                                cistern.kubectl()
                                        .run("get", "--raw", "/.well-known/openid-configuration"))
                        .path("issuer")
                        .asText());
        trust.setProperty("jwks", cistern.kubectl().run("get", "--raw", "/openid/v1/jwks"));
        try (Writer out =
                Files.newBufferedWriter(
                        directory.resolve("trust.properties"), StandardCharsets.UTF_8)) {
            trust.store(out, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void inline(Cistern cistern, Team team, String name, String account) {
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: %s, namespace: NAMESPACE}
                spec:
                  sources:
                  - path: gs://bucket/model/
                    backend:
                      type: gcs
                      auth:
                        mode: workloadIdentity
                        workloadIdentity:
                          serviceAccountName: %s
                          provider: %s
                          stsEndpoint: "%s/v1/token"
                      gcs:
                        endpoint: "%s"
                        impersonateServiceAccount: %s
                        iamEndpoint: "%s"
                """
                        .formatted(
                                name,
                                account,
                                PROVIDER,
                                url(cistern, TOKEN_PORT),
                                url(cistern, STORE_PORT),
                                GcsServers.IMPERSONATED,
                                url(cistern, TOKEN_PORT)));
    }

    private static void awaitReady(Cistern cistern, String backend, String ready) {
        await("Ready of " + backend)
                .atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(
                                                cistern.kubectl()
                                                        .run(
                                                                "get",
                                                                "sb",
                                                                backend,
                                                                "-o",
                                                                "jsonpath={.status.conditions[0].status}"
                                                                    + " {.status.conditions[0].reason}")
                                                        .strip())
                                        .isEqualTo(ready));
    }

    private static void clean(Cistern cistern, String name) {
        cistern.kubectl().result("delete", "sb", name);
        cistern.kubectl().result("-n", Cistern.POPULATE_NAMESPACE, "delete", "secret", name);
    }
}
