package dev.cistern.test.odd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.test.cluster.Command;
import dev.cistern.test.image.FileTree;
import dev.cistern.test.image.ImageProcess;
import dev.cistern.test.image.ImageRoot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Fills from stores with quirks by the shipped image, as command and as Job.
@Execution(ExecutionMode.CONCURRENT)
class OddStoreIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(100);
    private static final int MIB = 1 << 20;
    private static ImageRoot image;

    private Path work;

    @BeforeAll
    static void unpackTheImage() {
        image = ImageRoot.populate();
    }

    @BeforeEach
    void makeADirectory() throws IOException {
        work = Files.createTempDirectory("odd");
    }

    @AfterEach
    void leaveNothing() {
        // Paths in it may be too long for Java.
        Command.of("rm", "-rf", work.toString()).run().orThrow();
    }

    private static Stream<OddCase> byCommand() {
        return OddCases.all().stream();
    }

    private static Stream<OddCase> byJob() {
        return byCommand().filter(one -> !one.commandOnly());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("byCommand")
    void theCommandMakesTheBestOfIt(OddCase one) throws IOException {
        try (OddStore store = new OddStore(one.quirks(), one.objects())) {
            ImageProcess.Ended ended = command(store, one, List.of()).await(LIMIT);
            List<String> lines = ended.out().lines().toList();
            assertThat(lines).as(ended.err()).isNotEmpty();
            judge(one, store, JSON.readTree(lines.getLast()), ended);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("byJob")
    void theJobMakesTheBestOfIt(OddCase one) throws IOException {
        try (OddStore store = new OddStore(one.quirks(), one.objects())) {
            Map<String, String> environment = new TreeMap<>(one.variables(store.endpoint()));
            environment.put("CISTERN_RUN", run(one, store.endpoint()));
            environment.put("CISTERN_SOURCE_0_ACCESS_KEY_ID", OddStore.ACCESS_KEY);
            environment.put("CISTERN_SOURCE_0_SECRET_ACCESS_KEY", OddStore.SECRET_KEY);
            environment.put("CISTERN_TERMINATION_MESSAGE", "/data/result");
            Files.createDirectories(work.resolve("volume/tree"));
            Command.of("chown", "-R", "65532:65532", work.resolve("volume").toString())
                    .run()
                    .orThrow();
            ImageProcess.Ended ended =
                    ImageProcess.start(image, work, environment, List.of("job")).await(LIMIT);
            Path result = work.resolve("volume/result");
            assertThat(result).as(ended.err()).exists();
            judge(one, store, JSON.readTree(Files.readString(result)), ended);
        }
    }

    /// A killed fill continues, whichever headers the store omits in later responses.
    @ParameterizedTest
    @EnumSource(
            names = {
                "HEAD_WITHOUT_LENGTH",
                "HEAD_LENGTH_ZERO",
                "HEAD_WITHOUT_ETAG",
                "GET_WITHOUT_ETAG",
                "IGNORES_PART_NUMBER",
                "RANGE_TOTAL_UNKNOWN",
                "DATE_MISSING",
                "ETAGS_UNQUOTED"
            })
    void aKilledFillGoesOn(Quirk quirk) throws Exception {
        StoredObject large = StoredObject.sized("large", 40 * MIB);
        OddCase one = OddCase.of(quirk, large, Objects.SMALL).arrives();
        try (OddStore store = new OddStore(one.quirks(), one.objects())) {
            try (ImageProcess first = command(store, one, List.of("--limit-rate", "8M"))) {
                long end = System.nanoTime() + LIMIT.toNanos();
                while (noted() < 8L * MIB) {
                    assertThat(System.nanoTime()).isLessThan(end);
                    Thread.sleep(20);
                }
                first.kill();
            }
            ImageProcess.Ended ended = command(store, one, List.of()).await(LIMIT);
            JsonNode result = JSON.readTree(ended.out().lines().toList().getLast());
            judge(one, store, result, ended);
            assertThat(result.path("bytesResumed").asLong()).isGreaterThanOrEqualTo(8L * MIB);
        }
    }

    /// Bytes of unfinished files in the journal (docs/design/engine.md: records of 40 bytes, the first is their type).
    private long noted() throws IOException {
        Path journal = work.resolve("volume/tree/.cistern/journal");
        if (!Files.exists(journal)) {
            return 0;
        }
        ByteBuffer records = ByteBuffer.wrap(Files.readAllBytes(journal));
        long bytes = 0;
        for (int at = 0; at + 40 <= records.limit(); at += 40) {
            bytes += records.get(at) == 1 ? records.getLong(at + 24) : 0;
        }
        return bytes;
    }

    private ImageProcess command(OddStore store, OddCase one, List<String> more) {
        Map<String, String> environment = new TreeMap<>(one.variables(store.endpoint()));
        environment.put("AWS_ACCESS_KEY_ID", OddStore.ACCESS_KEY);
        environment.put("AWS_SECRET_ACCESS_KEY", OddStore.SECRET_KEY);
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "fill",
                                "s3://" + OddStore.BUCKET + "/" + one.prefix(),
                                "/data/tree"));
        one.include().forEach(glob -> arguments.addAll(List.of("--include", glob)));
        one.exclude().forEach(glob -> arguments.addAll(List.of("--exclude", glob)));
        arguments.addAll(List.of("--json", "--quiet"));
        arguments.addAll(more);
        return ImageProcess.start(image, work, environment, arguments);
    }

    /// `CISTERN_RUN` in the controller's form (docs/design/run-protocol.md).
    private static String run(OddCase one, String endpoint) {
        var source = JSON.createObjectNode();
        var store = source.putObject("store");
        store.put("type", "s3").put("endpoint", endpoint).put("region", "us-east-1");
        store.put("pathStyle", true);
        store.put("bucket", OddStore.BUCKET).put("prefix", one.prefix());
        store.putObject("auth").put("mode", "accessKey");
        one.include().forEach(source.putArray("include")::add);
        one.exclude().forEach(source.putArray("exclude")::add);
        var run = JSON.createObjectNode();
        run.put("version", 2).put("target", "/data/tree").put("capacityBytes", 0);
        run.put("verify", "full");
        run.putObject("run")
                .put("namespace", "team-a")
                .put("pvc", "odd")
                .put("uid", "00000000-0000-0000-0000-000000000000")
                .put("attempt", 1);
        run.putArray("sources").add(source);
        run.putObject("limits")
                .put("bytesPerSecond", 0)
                .put("memoryBytes", 0)
                .put("connections", 0);
        return run.toString();
    }

    private void judge(OddCase one, OddStore store, JsonNode result, ImageProcess.Ended ended)
            throws IOException {
        String told = result + "\n" + ended.err();
        assertThat(store.malformed()).as("requests that no client may send").isEmpty();
        switch (one.expected()) {
            case Expected.Tree tree -> {
                assertThat(result.path("outcome").asText()).as(told).isEqualTo("Succeeded");
                assertThat(ended.exit()).isZero();
                sameTree(tree);
            }
            case Expected.Word word -> {
                assertThat(result.path("reason").asText()).as(told).isEqualTo(word.reason());
                assertThat(result.path("terminal").asBoolean()).as(told).isEqualTo(word.terminal());
                assertThat(ended.exit()).isEqualTo(word.terminal() ? 3 : 1);
                assertThat(result.path("message").asText()).contains(word.texts());
            }
        }
    }

    private void sameTree(Expected.Tree expected) throws IOException {
        Map<String, byte[]> there = FileTree.read(work.resolve("volume/tree"));
        Set<String> paths = new java.util.TreeSet<>(expected.files().keySet());
        expected.folders().stream()
                .filter(folder -> paths.stream().noneMatch(path -> path.startsWith(folder + "/")))
                .map(folder -> folder + "/")
                .toList()
                .forEach(paths::add);
        assertThat(there.keySet()).isEqualTo(paths);
        expected.files()
                .forEach(
                        (path, bytes) ->
                                assertThat(Arrays.equals(there.get(path), bytes))
                                        .as("bytes of %s", path)
                                        .isTrue());
    }
}
