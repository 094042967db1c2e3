package dev.cistern.populate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.Main;
import dev.cistern.populate.testing.ChildJvm;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FillCommandTest {
    @TempDir Path directory;
    private final FaultyS3 server = newServer();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private static FaultyS3 newServer() {
        try {
            return new FaultyS3();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Map<String, String> environment() {
        return new HashMap<>(
                Map.of(
                        "AWS_ENDPOINT_URL", server.endpoint(),
                        "AWS_ACCESS_KEY_ID", FaultyS3.KEY_ID,
                        "AWS_SECRET_ACCESS_KEY", FaultyS3.SECRET));
    }

    private int run(Map<String, String> environment, String... arguments) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of("fill"));
        all.addAll(List.of(arguments));
        return new CisternCommand(environment, printer(out), printer(err))
                .run(all.toArray(String[]::new));
    }

    private int fill(String... options) {
        List<String> all = new ArrayList<>(List.of("s3://bucket/t/", target().toString()));
        all.addAll(List.of(options));
        return run(environment(), all.toArray(String[]::new));
    }

    private static PrintStream printer(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private Path target() {
        return directory.resolve("not/yet/there");
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aFillEndsWithZeroAndSaysWhatItDid() throws Exception {
        server.put("t/a", new byte[1536]);
        server.put("t/b", new byte[0]);
        assertThat(fill()).as(err()).isZero();
        assertThat(target().resolve("a")).hasSize(1536);
        assertThat(target().resolve("b")).isEmptyFile();
        assertThat(out())
                .matches(
                        "2 files, 1\\.5 KiB in [0-9.]+ s \\(.*/s\\), manifest"
                                + " sha256:[0-9a-f]{64}\n");
        assertThat(err()).isEmpty();
    }

    @Test
    void aPathThatBeginsWithASlashIsThatTreeAndCanBeLeftOut() throws Exception {
        server.put("a/x", new byte[1]);
        server.put("/a/x", new byte[2]);
        Path below = directory.resolve("below");
        assertThat(run(environment(), "s3://bucket//a/", below.toString())).as(err()).isZero();
        assertThat(below.resolve("x")).hasSize(2);
        Path all = directory.resolve("all");
        assertThat(run(environment(), "s3://bucket/", all.toString())).isEqualTo(3);
        assertThat(run(environment(), "s3://bucket/", all.toString(), "--exclude", "/**"))
                .as(err())
                .isZero();
        assertThat(all.resolve("a/x")).hasSize(1);
    }

    @Test
    void jsonIsTheResultAndNothingElse() throws Exception {
        server.put("t/a", new byte[1536]);
        assertThat(fill("--json")).isZero();
        RunResult good = RunResult.fromJson(out());
        assertThat(good.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(good.bytes()).isEqualTo(1536);

        assertThat(run(environment(), "s3://missing", target().toString(), "--json")).isEqualTo(3);
        RunResult bad = RunResult.fromJson(out());
        assertThat(bad.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(bad.reason()).isEqualTo(Reason.NO_SUCH_BUCKET);
    }

    @Test
    void helpEndsWithZeroWhateverElseIsGiven() {
        assertThat(run(Map.of(), "--help")).isZero();
        assertThat(out()).startsWith("Usage: cistern fill SOURCE DIR");
        assertThat(run(Map.of(), "-h")).isZero();
        assertThat(out()).startsWith("Usage: cistern fill SOURCE DIR");
        assertThat(run(Map.of(), "--nonsense", "--help")).isZero();
    }

    @Test
    void aWrongCommandLineEndsWithTwoAndTouchesNothing() {
        assertThat(fill("--connections", "1000")).isEqualTo(2);
        assertThat(err()).contains("--connections").contains("cistern fill --help");
        assertThat(out()).isEmpty();
        assertThat(target()).doesNotExist();
        assertThat(server.asked()).isEmpty();
        for (String endpoint : new String[] {"not a url", "ftp://store"}) {
            assertThat(fill("--endpoint", endpoint)).isEqualTo(2);
        }
    }

    @Test
    void whatStaysWrongEndsWithThree() {
        assertThat(fill()).isEqualTo(3);
        assertThat(err()).startsWith("cistern fill: EmptySource: ");
        server.put("t/a", new byte[10]);
        Map<String, String> environment = environment();
        environment.put("AWS_ACCESS_KEY_ID", "somebody");
        assertThat(run(environment, "s3://bucket/t/", target().toString())).isEqualTo(3);
        assertThat(err()).startsWith("cistern fill: InvalidCredentials: ");
        assertThat(run(environment(), "s3://bucket/none", target().toString())).isEqualTo(3);
        assertThat(err()).startsWith("cistern fill: NoSuchObject: ");
    }

    @Test
    void aDirectoryThatIsAFileIsNamed() throws Exception {
        server.put("t/a", new byte[10]);
        Path file = Files.writeString(directory.resolve("file"), "mine");
        for (Path at : new Path[] {file, file.resolve("below")}) {
            assertThat(run(environment(), "s3://bucket/t/", at.toString())).isEqualTo(1);
            assertThat(err())
                    .startsWith("cistern fill: TargetIoError: ")
                    .contains(at.toString())
                    .contains("not a directory")
                    .doesNotContain("Exception");
        }
        assertThat(file).hasContent("mine");
    }

    @Test
    void whatMayPassEndsWithOne() {
        server.put("t/a", new byte[10]);
        server.faults(
                asked ->
                        asked.listing()
                                ? null
                                : new Fault.Headers(
                                        Map.of("ETag", "\"another " + asked.number() + "\"")));
        assertThat(fill()).isEqualTo(1);
        assertThat(err()).startsWith("cistern fill: ObjectChanged: ").contains("t/a");
    }

    @Test
    void anInterruptedFillEndsWithOneAndSaysWhatToDo() {
        server.put("t/a", new byte[10]);
        Thread.currentThread().interrupt();
        assertThat(fill()).isEqualTo(1);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(err()).startsWith("cistern fill: Interrupted: ").contains("run it again");
        assertThat(fill()).isZero();
    }

    @Test
    void temporaryKeysOfTheEnvironmentCarryTheirToken() {
        server.put("t/a", new byte[10]);
        Map<String, String> environment = environment();
        environment.put("AWS_SESSION_TOKEN", "token-1");
        assertThat(run(environment, "s3://bucket/t/", target().toString())).as(err()).isZero();
        assertThat(server.asked())
                .isNotEmpty()
                .allMatch(a -> "token-1".equals(a.headers().get("x-amz-security-token")));
    }

    @Test
    void anonymousRequestsAreNotSigned() {
        server.put("t/a", new byte[10]);
        server.anonymous();
        assertThat(fill("--anonymous")).as(err()).isZero();
        assertThat(server.asked()).noneMatch(a -> a.headers().containsKey("authorization"));
    }

    @Test
    void includeAndExcludeChoose() {
        for (String name : List.of("a.txt", "b.bin", "tmp/c.txt")) {
            server.put("t/" + name, new byte[1]);
        }
        assertThat(fill("--include", "**/*.txt", "--exclude", "tmp/**")).as(err()).isZero();
        assertThat(target().resolve("a.txt")).exists();
        assertThat(target().resolve("b.bin")).doesNotExist();
        assertThat(target().resolve("tmp")).doesNotExist();
    }

    @Test
    void aStoppedProcessSaysSoAndTheNextOneGoesOn() throws Exception {
        server.put("t/large", new byte[40 << 20]);
        for (int i = 0; i < 20; i++) {
            server.put("t/early/" + i, new byte[1000]);
        }
        ProcessBuilder builder =
                ChildJvm.of(
                        Main.class.getName(),
                        "fill",
                        "s3://bucket/t/",
                        target().toString(),
                        "--limit-rate",
                        "12M");
        builder.environment().putAll(environment());
        Path log = directory.resolve("log");
        Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        while (!Files.exists(target().resolve("early/0")) && process.isAlive()) {
            Thread.sleep(20);
        }
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();

        // 128 + SIGTERM
        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(143);
        assertThat(log).content().contains("cistern fill: Interrupted: ").doesNotContain("\u001b");
        assertThat(fill()).as(err()).isZero();
        assertThat(out()).contains("were there already");
        assertThat(target().resolve("large")).hasSize(40 << 20);
    }

    @Test
    void whatHasNoEffectAnyMoreIsWarnedAbout() {
        server.put("t/a", new byte[10]);
        assertThat(fill("--transport", "sdk")).as(err()).isZero();
        assertThat(err()).contains("--transport has no effect any more");
        Map<String, String> environment = environment();
        environment.put("CISTERN_TRANSPORT", "sdk");
        assertThat(run(environment, "s3://bucket/t/", target().toString())).isZero();
        assertThat(err()).contains("CISTERN_TRANSPORT has no effect any more");
    }
}
