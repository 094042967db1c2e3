package dev.cistern.populate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.Main;
import dev.cistern.populate.testing.ChildJvm;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.testing.OddWeb;
import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.Stage;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SizeCommandTest {
    @TempDir Path temporary;
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
        assertThat(temporary).isEmptyDirectory();
    }

    private Map<String, String> environment() {
        return new HashMap<>(
                Map.of(
                        "AWS_ENDPOINT_URL",
                        server.endpoint(),
                        "AWS_ACCESS_KEY_ID",
                        FaultyS3.KEY_ID,
                        "AWS_SECRET_ACCESS_KEY",
                        FaultyS3.SECRET,
                        "TMPDIR",
                        temporary.toString()));
    }

    private int run(Map<String, String> environment, String... arguments) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of("size"));
        all.addAll(List.of(arguments));
        return new CisternCommand(environment, printer(out), printer(err))
                .run(all.toArray(String[]::new));
    }

    private int size(String... options) {
        List<String> all = new ArrayList<>(List.of("s3://bucket/t/"));
        all.addAll(List.of(options));
        return run(environment(), all.toArray(String[]::new));
    }

    private static PrintStream printer(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theSizeIsPrintedAndNothingIsCopied() {
        server.put("t/a", new byte[1536]);
        server.put("t/b/large", new byte[3 << 20]);
        server.put("t/b/", new byte[0]);
        server.put("t/c", new byte[0]);
        server.put("other", new byte[100]);
        assertThat(size()).as(err()).isZero();
        assertThat(out())
                .isEqualTo(
                        """
                        3 objects, 3.0 MiB (3147264 bytes)
                        largest: b/large, 3.0 MiB (3145728 bytes)
                        PVC: spec.resources.requests.storage: 17Mi
                        """);
        assertThat(err()).isEmpty();
        assertThat(server.asked()).allMatch(FaultyS3.Asked::listing);
    }

    @Test
    void includeAndExcludeChoose() {
        for (String name : List.of("a.txt", "b.bin", "tmp/c.txt")) {
            server.put("t/" + name, new byte[7]);
        }
        assertThat(size("--include", "**/*.txt", "--exclude", "tmp/**")).as(err()).isZero();
        assertThat(out()).startsWith("1 object, 7 B\nlargest: a.txt, 7 B\n");
    }

    @Test
    void jsonIsTheResultAndNothingElse() throws Exception {
        server.put("t/a \"quoted\"", new byte[1536]);
        assertThat(size("--json", "--quiet")).as(err()).isZero();
        assertThat(out())
                .isEqualTo(
                        "{\"outcome\":\"Succeeded\",\"objects\":1,\"bytes\":1536,"
                                + "\"unknownSizes\":0,"
                                + "\"largest\":{\"path\":\"a \\\"quoted\\\"\",\"bytes\":1536},"
                                + "\"storageRequest\":\"12Mi\",\"storageAtLeast\":\"12Mi\"}\n");
        assertThat(err()).isEmpty();

        assertThat(run(environment(), "s3://missing", "--json")).isEqualTo(3);
        assertThat(RunResult.fromJson(out()).reason()).isEqualTo(Reason.NO_SUCH_BUCKET);
    }

    @Test
    void sizesThatAListLacksAreAskedForAndThoseThatNobodyTellsAreSaid() throws Exception {
        try (OddWeb web = new OddWeb()) {
            String digest = "0".repeat(64);
            web.put("/SHA256SUMS", sums(digest, "told.bin", "untold.bin"));
            web.put("/told.bin", new byte[5000]);
            web.put("/untold.bin", new byte[9000]);
            String[] list = {web.endpoint() + "/SHA256SUMS", "--list", "sha256sums"};
            assertThat(run(environment(), list)).as(err()).isZero();
            assertThat(out())
                    .startsWith("2 objects, 13.6 KiB (14000 bytes)\nlargest: untold.bin, 8.7 KiB");

            web.quirks(
                    "/untold.bin",
                    usual -> usual.with(OddWeb.Length.CHUNKED).with(OddWeb.Ranges.IGNORED));
            assertThat(run(environment(), list)).as(err()).isZero();
            assertThat(out())
                    .isEqualTo(
                            """
                            2 objects, 4.8 KiB (5000 bytes)
                            of unknown size: 1 object, not counted in the bytes
                            largest: told.bin, 4.8 KiB (5000 bytes)
                            PVC: spec.resources.requests.storage: more than 12Mi
                            """);
        }
    }

    private static byte[] sums(String digest, String... names) {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            text.append(digest).append("  ").append(name).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void helpNamesOptionsStoresAndExitCodes() {
        assertThat(run(Map.of(), "--help")).isZero();
        assertThat(out())
                .startsWith("Usage: cistern size SOURCE [OPTIONS]\n")
                .contains("--include=GLOB", "--json", "SOURCE s3://", "--endpoint", "Exit codes:")
                .doesNotContain("--unpack", "--no-verify");
    }

    @Test
    void aWrongCommandLineEndsWithTwoAndAsksNothing() {
        assertThat(run(environment())).isEqualTo(2);
        assertThat(err()).startsWith("cistern size: give a source: cistern size s3://");
        assertThat(run(environment(), "s3://bucket", "/data")).isEqualTo(2);
        assertThat(err()).contains("not also \"/data\"");
        assertThat(run(environment(), "bucket")).isEqualTo(2);
        assertThat(err()).contains("the source must look like");
        assertThat(size("--exclude", "[")).isEqualTo(2);
        assertThat(err()).contains("--exclude");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void whatAFillWouldRefuseEndsWithThree() {
        assertThat(size()).isEqualTo(3);
        assertThat(err()).startsWith("cistern size: EmptySource: ");
        assertThat(out()).isEmpty();
        server.put("t/x/../y", new byte[10]);
        assertThat(size()).isEqualTo(3);
        assertThat(err()).startsWith("cistern size: UnsafeKey: ");
        Map<String, String> environment = environment();
        environment.put("AWS_ACCESS_KEY_ID", "somebody");
        assertThat(run(environment, "s3://bucket/t/")).isEqualTo(3);
        assertThat(err()).startsWith("cistern size: InvalidCredentials: ");
    }

    @Test
    void aTemporaryDirectoryThatIsMissingIsNamed() {
        server.put("t/a", new byte[10]);
        Map<String, String> environment = environment();
        environment.put("TMPDIR", temporary.resolve("none").toString());
        assertThat(run(environment, "s3://bucket/t/")).isEqualTo(1);
        assertThat(err())
                .startsWith("cistern size: TargetIoError: cannot make a temporary directory")
                .contains(temporary.resolve("none").toString(), "TMPDIR");
    }

    @Test
    void anInterruptedListingEndsWithOne() {
        server.put("t/a", new byte[10]);
        Thread.currentThread().interrupt();
        assertThat(size()).isEqualTo(1);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(err()).startsWith("cistern size: Interrupted: stopped before");
    }

    @Test
    void aStoppedProcessSaysSoAndLeavesNothing() throws Exception {
        server.put("t/a", new byte[10]);
        server.faults(asked -> new Fault.Status(503, "SlowDown", Map.of()));
        ProcessBuilder builder = ChildJvm.of(Main.class.getName(), "size", "s3://bucket/t/");
        builder.environment().putAll(environment());
        Path log = Files.createTempFile("size", "log");
        try {
            Process process =
                    builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
            while (server.asked().isEmpty() && process.isAlive()) {
                Thread.sleep(20);
            }
            process.destroy();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            // 128 + SIGTERM
            assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(143);
            assertThat(log).content().contains("cistern size: Interrupted: ");
        } finally {
            Files.delete(log);
        }
    }

    @Test
    void progressIsWhatWasListedSoFar() {
        assertThat(SizeCommand.line(report(1, 5L << 30, null), false))
                .isEqualTo("Listing  1 object, 5.0 GiB so far");
        assertThat(SizeCommand.line(report(12_000, 0, "SourceUnavailable: no answer"), true))
                .isEqualTo("Listing  12000 objects, 0 B so far  (SourceUnavailable: no answer)");
    }

    private static ProgressReport report(long files, long bytes, @Nullable String trouble) {
        return new ProgressReport(
                1,
                1,
                Stage.LISTING,
                0,
                bytes,
                0,
                files,
                false,
                0,
                0,
                0,
                -1,
                trouble,
                null,
                List.of());
    }
}
