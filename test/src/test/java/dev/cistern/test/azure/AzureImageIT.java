package dev.cistern.test.azure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.doubles.azure.Asked;
import dev.cistern.doubles.azure.EntraServices;
import dev.cistern.doubles.azure.EntraTokens;
import dev.cistern.doubles.azure.Fault;
import dev.cistern.doubles.azure.StrictAzureBlob;
import dev.cistern.test.cluster.Command;
import dev.cistern.test.image.FileTree;
import dev.cistern.test.image.ImageProcess;
import dev.cistern.test.image.ImageRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the shipped image makes of a strict and odd Azure Blob Storage, as the command and as a Job.
class AzureImageIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(100);
    private static final String CLIENT = "99999999-8888-7777-6666-555555555555";

    @SuppressWarnings("NullAway.Init")
    private static ImageRoot image;

    private final EntraTokens tokens = new EntraTokens();
    private final Map<String, byte[]> expected = new TreeMap<>();

    @SuppressWarnings("NullAway.Init")
    private Path work;

    @SuppressWarnings("NullAway.Init")
    private EntraServices entra;

    @SuppressWarnings("NullAway.Init")
    private StrictAzureBlob store;

    @BeforeAll
    static void unpackTheImage() {
        Path root = Path.of(System.getProperty("cistern.root"));
        image =
                ImageRoot.open(
                        root.resolve("target/images/populate.tar"),
                        root.resolve("test/target/image-roots"));
    }

    @BeforeEach
    void start() throws IOException {
        work = Files.createTempDirectory("azure");
        entra = new EntraServices(tokens);
        store = new StrictAzureBlob(tokens);
        store.hierarchical(true);
        Files.createDirectories(work.resolve("volume"));
        plant("x", random(100));
        plant("deep/ä/b c+d%20", random(2000));
        plant("empty", new byte[0]);
        plant("large", random(20 << 20));
        byte[] blocks = random(70_000);
        store.putBlocks("t/blocks", blocks, null);
        expected.put("blocks", blocks);
    }

    @AfterEach
    void stop() {
        entra.close();
        store.close();
        Command.of("rm", "-rf", work.toString()).run().orThrow();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private void plant(String name, byte[] bytes) {
        store.put("t/" + name, bytes);
        expected.put(name, bytes);
    }

    private JsonNode command(Map<String, String> environment, String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "fill",
                                "az://data/t/",
                                "/data/tree",
                                "--account",
                                StrictAzureBlob.ACCOUNT,
                                "--endpoint",
                                store.endpoint(),
                                "--json",
                                "--quiet"));
        arguments.addAll(List.of(more));
        ImageProcess.Ended ended =
                ImageProcess.start(image, work, environment, arguments).await(LIMIT);
        List<String> lines = ended.out().lines().toList();
        assertThat(lines).as(ended.err()).isNotEmpty();
        return JSON.readTree(lines.getLast());
    }

    private JsonNode withKey(String... more) throws IOException {
        return command(Map.of("AZURE_STORAGE_KEY", store.keys().get(0)), more);
    }

    private void assertFilled(JsonNode result) throws IOException {
        assertThat(result.path("outcome").asText()).as(result.toString()).isEqualTo("Succeeded");
        Map<String, byte[]> there = FileTree.read(work.resolve("volume/tree"));
        assertThat(there.keySet()).isEqualTo(expected.keySet());
        expected.forEach((path, bytes) -> assertThat(there.get(path)).as(path).isEqualTo(bytes));
    }

    @Test
    void theCommandReadsWithAKey() throws IOException {
        store.pageSize(2);
        store.emptyPages(2);
        JsonNode result = withKey();
        assertFilled(result);
        assertThat(result.path("unverified").asInt()).isEqualTo(1);
    }

    @Test
    void theCommandReadsWithAnApplicationsTokenThatIsRenewed() throws IOException {
        entra.application(CLIENT, "secret");
        tokens.lifetime(Duration.ofSeconds(1));
        for (int i = 0; i < 20; i++) {
            plant("more/" + i, random(200_000));
        }
        Map<String, String> application =
                Map.of(
                        "AZURE_TENANT_ID",
                        EntraServices.TENANT,
                        "AZURE_CLIENT_ID",
                        CLIENT,
                        "AZURE_CLIENT_SECRET",
                        "secret",
                        "AZURE_AUTHORITY_HOST",
                        entra.url());
        assertFilled(command(application, "--limit-rate", "4M", "--connections", "1"));
        assertThat(tokens.issued()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aStoreThatIsBusyCutsBodiesAndLeavesOutDigestsIsReadAllTheSame() throws IOException {
        AtomicInteger blobs = new AtomicInteger();
        store.faults(
                request -> {
                    if (request.kind() != Asked.Kind.BLOB) {
                        return request.number() == 1
                                ? new Fault.Error(
                                        503, "ServerBusy", "later", Map.of("Retry-After", "1"))
                                : null;
                    }
                    return switch (blobs.getAndIncrement() % 5) {
                        case 0 -> new Fault.Headers(Map.of("Content-MD5", ""));
                        case 1 -> new Fault.Cut(50);
                        case 2 -> new Fault.Chunked();
                        case 3 -> new Fault.Error(429, "TooManyRequests", "slow", Map.of());
                        default -> null;
                    };
                });
        assertFilled(withKey());
    }

    @Test
    void aBitThatTurnsIsFoundUnlessNothingIsToBeVerified() throws IOException {
        store.faults(
                request ->
                        request.kind() == Asked.Kind.BLOB && request.name().equals("t/x")
                                ? new Fault.Flip(3)
                                : null);
        JsonNode result = withKey();
        assertThat(result.path("reason").asText()).isEqualTo("DigestMismatch");
        assertThat(result.path("message").asText()).contains("t/x", "md5");
        assertThat(withKey("--no-verify").path("outcome").asText()).isEqualTo("Succeeded");
    }

    @Test
    void aJobReadsWithAKeyThatIsMounted() throws IOException {
        Files.writeString(work.resolve("volume/key"), store.keys().get(1) + "\n");
        assertFilled(
                job(auth -> auth.put("mode", "accountKey").put("keyFile", "/data/key"), Map.of()));
    }

    @Test
    void aJobReadsWithWhatTheWebhookGivesIt() throws IOException {
        entra.trusts(CLIENT, "pod"::equals);
        Files.writeString(work.resolve("volume/token"), "pod");
        assertFilled(
                job(
                        auth ->
                                auth.put("mode", "workloadIdentity")
                                        .putNull("tenantId")
                                        .putNull("clientId")
                                        .putNull("tokenFile"),
                        Map.of(
                                "AZURE_TENANT_ID",
                                EntraServices.TENANT,
                                "AZURE_CLIENT_ID",
                                CLIENT,
                                "AZURE_FEDERATED_TOKEN_FILE",
                                "/data/token",
                                "AZURE_AUTHORITY_HOST",
                                entra.url() + "/")));
    }

    private JsonNode job(Consumer<ObjectNode> auth, Map<String, String> environment)
            throws IOException {
        Files.createDirectories(work.resolve("volume/tree"));
        Command.of("chown", "-R", "65532:65532", work.resolve("volume").toString()).run().orThrow();
        Map<String, String> all = new TreeMap<>(environment);
        all.put("CISTERN_RUN", run(auth));
        all.put("CISTERN_TERMINATION_MESSAGE", "/data/result");
        ImageProcess.Ended ended =
                ImageProcess.start(image, work, all, List.of("job")).await(LIMIT);
        Path result = work.resolve("volume/result");
        assertThat(result).as(ended.err()).exists();
        return JSON.readTree(Files.readString(result));
    }

    /// `CISTERN_RUN`, as the controller writes it (docs/design/run-protocol.md).
    private String run(Consumer<ObjectNode> auth) {
        var source = JSON.createObjectNode();
        source.putArray("include");
        source.putArray("exclude");
        var of = source.putObject("store");
        of.put("type", "azureBlob").put("account", StrictAzureBlob.ACCOUNT);
        of.put("endpoint", store.endpoint());
        of.put("container", StrictAzureBlob.CONTAINER).put("prefix", "t/");
        auth.accept(of.putObject("auth"));
        var run = JSON.createObjectNode();
        run.put("version", 2).put("target", "/data/tree").put("capacityBytes", 0);
        run.put("verify", "full");
        run.putObject("run")
                .put("namespace", "team-a")
                .put("pvc", "azure")
                .put("uid", "00000000-0000-0000-0000-000000000000")
                .put("attempt", 1);
        run.putArray("sources").add(source);
        run.putObject("limits")
                .put("bytesPerSecond", 0)
                .put("memoryBytes", 0)
                .put("connections", 0);
        return run.toString();
    }
}
