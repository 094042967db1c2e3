package dev.cistern.test.odd;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The command that `make cli` builds, on a host with a C library, a shell and nothing else: the root of the image of
/// test tools, with a read-only file system, another user and no Java.
class CommandIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static Path built;
    private static ImageRoot bare;

    private Path work;

    @BeforeAll
    static void unpackTheMachine() {
        Path root = Path.of(System.getProperty("cistern.root"));
        built = root.resolve("target/cistern-cli");
        bare =
                ImageRoot.open(
                        root.resolve("target/images/test-tools.tar"),
                        root.resolve("test/target/image-roots"));
    }

    /// It runs in another directory than the one where it was built.
    @BeforeEach
    void putItSomewhere() throws IOException {
        work = Files.createTempDirectory("command");
        Path tools = Files.createDirectories(work.resolve("volume/my tools"));
        Command.of("cp", "-a", built.toString(), tools.resolve("cistern").toString())
                .run()
                .orThrow();
        Files.createSymbolicLink(
                work.resolve("volume/cistern"), Path.of("my tools/cistern/bin/cistern"));
    }

    @AfterEach
    void leaveNothing() {
        Command.of("rm", "-rf", work.toString()).run().orThrow();
    }

    @Test
    void itRunsWithoutAJavaOfTheMachines() {
        ImageProcess.Ended ended = run(Map.of(), "version");

        assertThat(ended.err()).isEmpty();
        assertThat(ended.out()).matches("cistern [0-9]+\\.[0-9]+\\.[0-9]+\n");
        assertThat(ended.exit()).isZero();
    }

    @Test
    void whatTheJvmLearnedIsUsedFromAnyDirectory() {
        // With this option the JVM refuses to start without the archive.
        ImageProcess.Ended ended = run(Map.of("CISTERN_JAVA_OPTIONS", "-XX:AOTMode=on"), "version");

        assertThat(ended.exit()).as(ended.err()).isZero();
    }

    @Test
    void itFillsADirectoryAndNamesBeyondAsciiArrive() throws IOException {
        StoredObject small = StoredObject.of("t/été 日本.txt", "bonjour");
        StoredObject large = StoredObject.sized("t/large", 20 << 20);
        try (OddStore store = new OddStore(Set.of(), List.of(small, large))) {
            Map<String, String> environment = new TreeMap<>();
            environment.put("AWS_ACCESS_KEY_ID", OddStore.ACCESS_KEY);
            environment.put("AWS_SECRET_ACCESS_KEY", OddStore.SECRET_KEY);
            environment.put("AWS_ENDPOINT_URL", store.endpoint());
            environment.put("AWS_REGION", "us-east-1");

            ImageProcess.Ended ended =
                    run(environment, "fill", "s3://" + OddStore.BUCKET + "/t/", "/data/tree");

            assertThat(ended.exit()).as(ended.err()).isZero();
        }
        Map<String, byte[]> there = FileTree.read(work.resolve("volume/tree"));
        assertThat(there.keySet()).containsExactlyInAnyOrder("été 日本.txt", "large");
        assertThat(there.get("été 日本.txt")).isEqualTo(small.bytes());
        assertThat(there.get("large")).isEqualTo(large.bytes());
    }

    @Test
    void aDirectoryThatJavaCannotRunFromIsSaid() {
        Command.of("mv", work + "/volume/my tools", work + "/volume/a:b").run().orThrow();

        ImageProcess.Ended ended =
                ImageProcess.start(
                                bare,
                                work,
                                Map.of(),
                                List.of("/data/a:b/cistern/bin/cistern", "version"))
                        .await(LIMIT);

        assertThat(ended.exit()).isEqualTo(1);
        assertThat(ended.err()).contains("colon").contains("/data/a:b/cistern");
    }

    private ImageProcess.Ended run(Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of("-c", "exec /data/cistern \"$@\"", "cistern"));
        all.addAll(List.of(arguments));
        return ImageProcess.start(bare, work, environment, all).await(LIMIT);
    }
}
