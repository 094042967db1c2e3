package dev.cistern.test.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.doubles.gcs.AccessTokens;
import dev.cistern.doubles.gcs.Fault;
import dev.cistern.doubles.gcs.ServiceAccountKey;
import dev.cistern.doubles.gcs.StrictGcs;
import dev.cistern.doubles.gcs.TokenServices;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Fills from the strict Google Cloud Storage double by the shipped image, as command and as Job.
class GcsImageIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(100);
    private static final String READER = "reader@test-project.iam.gserviceaccount.com";
    private static final ServiceAccountKey KEY = ServiceAccountKey.of(READER);

    @SuppressWarnings("NullAway.Init")
    private static ImageRoot image;

    private final AccessTokens tokens = new AccessTokens();
    private final Map<String, byte[]> expected = new TreeMap<>();

    @SuppressWarnings("NullAway.Init")
    private Path work;

    @SuppressWarnings("NullAway.Init")
    private TokenServices services;

    @SuppressWarnings("NullAway.Init")
    private StrictGcs store;

    @BeforeAll
    static void unpackTheImage() {
        image = ImageRoot.populate();
    }

    @BeforeEach
    void start() throws IOException {
        work = Files.createTempDirectory("gcs");
        services = new TokenServices(tokens);
        store = new StrictGcs(tokens);
        services.accepts(KEY);
        Path volume = Files.createDirectories(work.resolve("volume"));
        Files.writeString(volume.resolve("key.json"), KEY.file(services.tokenUri()));
        plant("x", random(100));
        plant("deep/ä/b c+d%20", random(2000));
        plant("empty", new byte[0]);
        plant("large", random(20 << 20));
        byte[] packed = StrictGcs.packed(random(300_000));
        store.put("t/packed", packed, "gzip");
        expected.put("packed", packed);
        byte[] composed = random(70_000);
        store.compose("t/composed", composed);
        expected.put("composed", composed);
    }

    @AfterEach
    void stop() {
        services.close();
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

    private JsonNode command(String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "fill",
                                "gs://bucket/t/",
                                "/data/tree",
                                "--endpoint",
                                store.endpoint(),
                                "--json",
                                "--quiet"));
        arguments.addAll(List.of(more));
        ImageProcess.Ended ended =
                ImageProcess.start(
                                image,
                                work,
                                Map.of("GOOGLE_APPLICATION_CREDENTIALS", "/data/key.json"),
                                arguments)
                        .await(LIMIT);
        List<String> lines = ended.out().lines().toList();
        assertThat(lines).as(ended.err()).isNotEmpty();
        return JSON.readTree(lines.getLast());
    }

    private void assertFilled(JsonNode result) throws IOException {
        assertThat(result.path("outcome").asText()).as(result.toString()).isEqualTo("Succeeded");
        Map<String, byte[]> there = FileTree.read(work.resolve("volume/tree"));
        assertThat(there.keySet()).isEqualTo(expected.keySet());
        expected.forEach((path, bytes) -> assertThat(there.get(path)).as(path).isEqualTo(bytes));
    }

    @Test
    void theCommandReadsWithApplicationDefaultCredentials() throws IOException {
        store.pageSize(2);
        store.emptyPages(2);
        JsonNode result = command();
        assertFilled(result);
        assertThat(result.path("unverified").asInt()).isZero();
    }

    @Test
    void aStoreThatIsBusyCutsBodiesAndLeavesOutChecksumsIsReadAllTheSame() throws IOException {
        AtomicInteger media = new AtomicInteger();
        store.faults(
                request -> {
                    if (request.kind() != StrictGcs.Kind.MEDIA) {
                        return request.number() == 1
                                ? new Fault.Error(
                                        503, "backendError", "later", Map.of("Retry-After", "1"))
                                : null;
                    }
                    return switch (media.getAndIncrement() % 5) {
                        case 0 -> new Fault.Headers(Map.of("X-Goog-Hash", ""));
                        case 1 -> new Fault.Cut(50);
                        case 2 -> new Fault.Chunked();
                        case 3 -> new Fault.Error(429, "rateLimitExceeded", "slow", Map.of());
                        default -> null;
                    };
                });
        assertFilled(command());
    }

    @Test
    void aBitThatTurnsIsFoundUnlessNothingIsToBeVerified() throws IOException {
        store.faults(
                request ->
                        request.kind() == StrictGcs.Kind.MEDIA && request.name().equals("t/x")
                                ? new Fault.Flip(3)
                                : null);
        JsonNode result = command();
        assertThat(result.path("reason").asText()).isEqualTo("DigestMismatch");
        assertThat(result.path("message").asText()).contains("t/x", "crc32c");
        JsonNode unverified = command("--no-verify");
        assertThat(unverified.path("outcome").asText()).isEqualTo("Succeeded");
    }

    @Test
    void tokensAreRenewedWhileTheFillRuns() throws IOException {
        tokens.lifetime(Duration.ofSeconds(1));
        for (int i = 0; i < 20; i++) {
            plant("more/" + i, random(200_000));
        }
        assertFilled(command("--limit-rate", "4M", "--connections", "1"));
        assertThat(tokens.issued()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aJobReadsWithAKeyThatIsMounted() throws IOException {
        Files.createDirectories(work.resolve("volume/tree"));
        Command.of("chown", "-R", "65532:65532", work.resolve("volume").toString()).run().orThrow();
        ImageProcess.Ended ended =
                ImageProcess.start(
                                image,
                                work,
                                Map.of(
                                        "CISTERN_RUN",
                                        run(),
                                        "CISTERN_TERMINATION_MESSAGE",
                                        "/data/result"),
                                List.of("job"))
                        .await(LIMIT);
        Path result = work.resolve("volume/result");
        assertThat(result).as(ended.err()).exists();
        assertFilled(JSON.readTree(Files.readString(result)));
    }

    /// `CISTERN_RUN` in the controller's form (docs/design/run-protocol.md).
    private String run() {
        var source = JSON.createObjectNode();
        source.putArray("include");
        source.putArray("exclude");
        var of = source.putObject("store");
        of.put("type", "gcs").put("endpoint", store.endpoint());
        of.put("bucket", StrictGcs.BUCKET).put("prefix", "t/");
        of.putObject("auth").put("mode", "serviceAccountKey").put("keyFile", "/data/key.json");
        var run = JSON.createObjectNode();
        run.put("version", 2).put("target", "/data/tree").put("capacityBytes", 0);
        run.put("verify", "full");
        run.putObject("run")
                .put("namespace", "team-a")
                .put("pvc", "gcs")
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
