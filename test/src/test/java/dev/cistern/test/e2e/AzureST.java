package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.doubles.azure.AccountKeys;
import dev.cistern.doubles.azure.EntraServices;
import dev.cistern.test.cluster.ServerProcess;
import dev.cistern.test.server.AzureServers;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.io.IOException;
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

/// Claims filled from Azure Blob Storage: a strict one with a hierarchical namespace, which checks signatures and takes
/// the tokens of its own token services alone.
@SystemTest
class AzureST {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int STORE_PORT = 29020;
    private static final int TOKEN_PORT = 29021;
    private static final String AUDIENCE = "api://AzureADTokenExchange";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Map<String, String> digests = new TreeMap<>();

    /// Blobs large and small, of names that are not ASCII, and a directory without any.
    private void plant() throws IOException {
        plant("model/weights.bin", random(40 << 20));
        plant("model/сonfig.json", random(1000));
        plant("model/a b/+/x", random(1));
        plant("model/empty", new byte[0]);
        Files.createDirectories(directory.resolve("blobs/model/nothing/in/here"));
        digests.put("nothing", "");
        Files.writeString(directory.resolve("blobs/elsewhere"), "not asked for");
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private void plant(String name, byte[] bytes) throws IOException {
        Path file = directory.resolve("blobs").resolve(name);
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
                                "azure",
                                AzureServers.command(
                                        cistern.cluster().serverAddress(),
                                        STORE_PORT,
                                        TOKEN_PORT,
                                        directory),
                                List.of(STORE_PORT, TOKEN_PORT),
                                cistern.output().resolve("azure.log"));
        await("the key").atMost(SOON).until(() -> Files.exists(directory.resolve("key")));
        return servers;
    }

    private static String url(Cistern cistern, int port) {
        return "http://" + cistern.cluster().serverAddress() + ":" + port;
    }

    private static void secret(Cistern cistern, String name, String... values) {
        List<String> command =
                new java.util.ArrayList<>(
                        List.of(
                                "-n",
                                Cistern.POPULATE_NAMESPACE,
                                "create",
                                "secret",
                                "generic",
                                name));
        for (String value : values) {
            command.add("--from-literal=" + value);
        }
        cistern.kubectl().run(command.toArray(String[]::new));
    }

    private static void backend(Cistern cistern, String name, String auth, String more) {
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: cistern.dev/v1alpha1
                        kind: StorageBackend
                        metadata: {name: %s}
                        spec:
                          type: azureBlob
                          auth: %s
                          azureBlob: {accountName: lakes, endpoint: "%s/lakes"%s}
                        """
                                .formatted(name, auth, url(cistern, STORE_PORT), more));
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
                    path: az://data/model/
                """
                        .formatted(backend));
    }

    @Test
    void aClaimIsFilledWithAnAccountsKey(Cistern cistern, Team team) throws IOException {
        String name = team.namespace() + "-azure";
        plant();
        try (ServerProcess servers = start(cistern)) {
            secret(cistern, name, "key1=" + Files.readString(directory.resolve("key")));
            backend(
                    cistern,
                    name,
                    "{mode: accountKey, accountKeySecretRef: {name: %s, key: key1}}"
                            .formatted(name),
                    "");
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
    void aKeyThatIsNotTheAccountsIsTold(Cistern cistern, Team team) throws IOException {
        String name = team.namespace() + "-azure";
        plant();
        try (ServerProcess servers = start(cistern)) {
            secret(cistern, name, "key1=" + AccountKeys.key("another"));
            backend(
                    cistern,
                    name,
                    "{mode: accountKey, accountKeySecretRef: {name: %s, key: key1}}"
                            .formatted(name),
                    "");
            populator(team, name);

            PersistentVolumeClaim claim = team.claim(Claim.from("data"));

            team.awaitPhase(claim.getMetadata().getUid(), SOON, "Failed");
            team.awaitDescribed("data", SOON, "InvalidCredentials", "AuthenticationFailed");
            awaitReady(cistern, name, "False InvalidCredentials");
        } finally {
            clean(cistern, name);
        }
    }

    @Test
    void aClaimIsFilledByAnApplication(Cistern cistern, Team team) throws IOException {
        String name = team.namespace() + "-azure";
        plant();
        try (ServerProcess servers = start(cistern)) {
            secret(
                    cistern,
                    name,
                    "client=" + AzureServers.APPLICATION,
                    "secret=" + AzureServers.CLIENT_SECRET,
                    "tenant=" + EntraServices.TENANT);
            backend(
                    cistern,
                    name,
                    """
                    {mode: servicePrincipal, clientIdSecretRef: {name: %s, key: client},
                        clientSecretSecretRef: {name: %s, key: secret}, tenantIdSecretRef: {name: %s, key: tenant}}\
                    """
                            .formatted(name, name, name),
                    ", authorityHost: \"" + url(cistern, TOKEN_PORT) + "\"");
            populator(team, name);

            team.claim(Claim.from("data"));

            team.awaitFilled("data", SOON);
            assertThat(team.pods().digests("check", "data")).isEqualTo(digests);
        } finally {
            clean(cistern, name);
        }
    }

    @Test
    void theClustersTokenIsExchanged(Cistern cistern, Team team) throws IOException {
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
            team.awaitDescribed("other", SOON, "InvalidCredentials", "add a federated credential");
        }
    }

    private void trust(Cistern cistern, String subject) throws IOException {
        Properties trust = new Properties();
        trust.setProperty("audience", AUDIENCE);
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
                  - path: az://data/model/
                    backend:
                      type: azureBlob
                      auth:
                        mode: workloadIdentity
                        workloadIdentity: {serviceAccountName: %s, clientId: %s, tenantId: %s}
                      azureBlob: {accountName: lakes, endpoint: "%s/lakes", authorityHost: "%s"}
                """
                        .formatted(
                                name,
                                account,
                                AzureServers.IDENTITY,
                                EntraServices.TENANT,
                                url(cistern, STORE_PORT),
                                url(cistern, TOKEN_PORT)));
    }

    /// `examples/azure-blob.yaml` as it stands: the store is where it says.
    @Test
    void theExampleFillsItsClaim(Cistern cistern) throws IOException {
        plant();
        try (ServerProcess servers = start(cistern)) {
            assertThat(Files.readString(cistern.root().resolve("examples/azure-blob.yaml")))
                    .contains("key1: " + Files.readString(directory.resolve("key")));
            cistern.kubectl().run("create", "namespace", "team-b");
            cistern.kubectl().apply(service(cistern));

            cistern.kubectl()
                    .run(
                            "apply",
                            "-f",
                            cistern.root().resolve("examples/azure-blob.yaml").toString());

            assertThat(new Pods(cistern, "team-b").digests("check", "model")).isEqualTo(digests);
        } finally {
            cistern.kubectl().result("delete", "namespace", "team-b", "blob-store", "--wait=false");
            cistern.kubectl().result("delete", "storagebackend", "azure-blob");
            cistern.kubectl()
                    .result("-n", Cistern.POPULATE_NAMESPACE, "delete", "secret", "azure-blob");
        }
    }

    /// The store as a service of the cluster, at the address that the example names.
    private static String service(Cistern cistern) {
        return """
        apiVersion: v1
        kind: Namespace
        metadata: {name: blob-store}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: lakes, namespace: blob-store}
        spec:
          ports: [{name: http, port: 10000, targetPort: %d}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: lakes-outside
          namespace: blob-store
          labels: {kubernetes.io/service-name: lakes}
        addressType: IPv4
        ports: [{name: http, port: %d}]
        endpoints: [{addresses: ["%s"]}]
        """
                .formatted(STORE_PORT, STORE_PORT, cistern.cluster().serverAddress());
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
