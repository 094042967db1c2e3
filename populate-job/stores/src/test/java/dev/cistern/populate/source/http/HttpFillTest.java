package dev.cistern.populate.source.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.SimpleFileServer;
import dev.cistern.populate.engine.FaultPoints;
import dev.cistern.populate.engine.Fill;
import dev.cistern.populate.engine.FillException;
import dev.cistern.populate.engine.FillRequest;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.testing.OddWeb;
import dev.cistern.populate.testing.OddWeb.Quirks;
import dev.cistern.populate.wire.HttpAuth;
import dev.cistern.populate.wire.HttpSpec;
import dev.cistern.populate.wire.ListForm;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.TlsSpec;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Complete fills from all kinds of servers, real ones among them.
class HttpFillTest {
    private static final FillRequest.Timing QUICK = new FillRequest.Timing(4000, 2000, 10, 50);

    @TempDir Path work;
    private final OddWeb server;
    private final Meter meter = new Meter();

    HttpFillTest() throws IOException {
        server = new OddWeb();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static HttpSpec spec(
            String endpoint, String path, @Nullable ListForm list, @Nullable String sha256) {
        return new HttpSpec(
                endpoint,
                path,
                list,
                sha256,
                List.of(),
                List.of(),
                TlsSpec.PLATFORM,
                HttpAuth.ANONYMOUS);
    }

    private Fill.Result fill(HttpSpec spec, Map<String, String> environment) throws Exception {
        StoreContext context =
                new StoreContext(0, environment, BufferPool.of(256 * 1024), Proxies.NONE, "test");
        Path target = Files.createDirectories(work.resolve("target"));
        try (Source source = HttpProvider.open(spec, context)) {
            FillRequest request =
                    new FillRequest(
                            new DirectoryTarget(target),
                            List.of(
                                    new FillRequest.Input(
                                            source, "", List.of(), List.of(), spec.pin())),
                            0,
                            Verify.FULL,
                            0,
                            0,
                            MemoryBudget.of(256 << 20),
                            true,
                            false,
                            QUICK);
            return new Fill(request, meter, FaultPoints.NONE).run();
        }
    }

    private Fill.Result fill(String path, @Nullable ListForm list, @Nullable String sha256)
            throws Exception {
        return fill(spec(server.endpoint(), path, list, sha256), Map.of());
    }

    private Map<String, String> filled() throws IOException {
        return digests(work.resolve("target"));
    }

    private static Map<String, String> digests(Path root) throws IOException {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                digests.put(
                        root.relativize(file).toString(), OddWeb.sha256(Files.readAllBytes(file)));
            }
        }
        return digests;
    }

    @Test
    void aLargeFileIsFetchedInPartsAtATime() throws Exception {
        byte[] bytes = random(60 << 20);
        server.put("/large.bin", bytes);
        fill("large.bin", null, null);
        assertThat(filled()).containsOnly(Map.entry("large.bin", OddWeb.sha256(bytes)));
        assertThat(server.asked("GET", "/large.bin"))
                .filteredOn(a -> a.headers().containsKey("if-range"))
                .hasSizeGreaterThan(1);
        // Data in transit when a range is split is sent twice.
        assertThat(server.bytesSent()).isLessThan(120L << 20);
        assertThat(meter.counts().totalsFinal()).isTrue();
        assertThat(Files.getLastModifiedTime(work.resolve("target/large.bin")).toMillis())
                .isEqualTo(1_767_323_041_000L);
    }

    @Test
    void withoutRangesACutBeginsAgain() throws Exception {
        byte[] bytes = random(20 << 20);
        server.put("/large.bin", bytes);
        server.quirks(Quirks.USUAL.with(OddWeb.Ranges.IGNORED).withHead(501));
        server.sending(
                request ->
                        new OddWeb.Sending(
                                !request.headers().containsKey("range") && request.number() < 5
                                        ? 3 << 20
                                        : -1,
                                0,
                                0));
        fill("large.bin", null, OddWeb.sha256(bytes));
        assertThat(filled()).containsOnly(Map.entry("large.bin", OddWeb.sha256(bytes)));
        assertThat(meter.unverified()).isZero();
    }

    @Test
    void aFileOfUnknownLengthHasNoTotal() throws Exception {
        byte[] bytes = random(3 << 20);
        server.put("/file", bytes);
        server.quirks(
                Quirks.USUAL.with(OddWeb.Length.CHUNKED).with(OddWeb.Ranges.REFUSED).undated());
        List<Boolean> finals = new ArrayList<>();
        server.answers(
                request -> {
                    finals.add(meter.counts().totalsFinal());
                    return null;
                });
        fill("file", null, null);
        assertThat(filled()).containsOnly(Map.entry("file", OddWeb.sha256(bytes)));
        assertThat(finals).doesNotContain(true);
        assertThat(meter.counts().totalsFinal()).isTrue();
        assertThat(meter.counts().bytesTotal()).isEqualTo(3 << 20);
        assertThat(meter.unverified()).isEqualTo(1);
    }

    @Test
    void aFileThatChangesIsBegunAgainAndNeverMixed() throws Exception {
        byte[] before = random(40 << 20);
        byte[] after = random((40 << 20) + 1);
        server.put("/large.bin", before);
        AtomicBoolean changed = new AtomicBoolean();
        server.sending(
                request -> {
                    boolean part = request.headers().containsKey("if-range");
                    if (part && changed.compareAndSet(false, true)) {
                        // This part is of the previous version.
                        server.put("/large.bin", after);
                    }
                    return new OddWeb.Sending(-1, 0, 0);
                });
        fill("large.bin", null, null);
        assertThat(changed).isTrue();
        assertThat(filled()).containsOnly(Map.entry("large.bin", OddWeb.sha256(after)));
    }

    private Map<String, String> list(int files, int size, StringBuilder sums) {
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < files; i++) {
            byte[] bytes = random(size + i);
            String name = "d" + i % 7 + "/f " + i;
            server.put("/rel/" + UrlText.ofName(name), bytes);
            expected.put(name, OddWeb.sha256(bytes));
            sums.append(OddWeb.sha256(bytes)).append("  ").append(name).append('\n');
        }
        server.put("/rel/SHA256SUMS", sums.toString().getBytes(StandardCharsets.UTF_8));
        return expected;
    }

    @Test
    void aListOfAServerThatTellsNothing() throws Exception {
        Map<String, String> expected = list(300, 5000, new StringBuilder());
        server.quirks(
                Quirks.USUAL
                        .withHead(405)
                        .with(OddWeb.Length.CHUNKED)
                        .with(OddWeb.Ranges.IGNORED)
                        .with(OddWeb.Tag.NONE)
                        .undated());
        Fill.Result result = fill("rel/SHA256SUMS", ListForm.SHA256SUMS, null);
        assertThat(filled()).isEqualTo(expected);
        assertThat(meter.unverified()).isZero();
        // Without dates of its own, what a pinned list gives is the same at all times.
        delete(work.resolve("target"));
        server.quirks(Quirks.USUAL);
        assertThat(fill("rel/SHA256SUMS", ListForm.SHA256SUMS, null).manifestDigest())
                .isEqualTo(result.manifestDigest());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file :
                    (Iterable<Path>) files.sorted(java.util.Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aFileThatIsNotAsListedEndsTheFill() throws Exception {
        list(3, 100, new StringBuilder());
        server.put("/rel/d1/f%201", random(101_000));
        assertThatThrownBy(() -> fill("rel/SHA256SUMS", ListForm.SHA256SUMS, null))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.DIGEST_MISMATCH));
        server.put("/one", random(10));
        assertThatThrownBy(() -> fill("one", null, "0".repeat(64)))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.DIGEST_MISMATCH))
                .hasMessageContaining("the specification pins");
    }

    @Test
    void credentialsComeFromTheEnvironment() throws Exception {
        server.put("/f", random(10));
        server.authorization("Basic " + basic());
        HttpSpec basic =
                new HttpSpec(
                        server.endpoint(),
                        "f",
                        null,
                        null,
                        List.of(
                                new HttpSpec.Header("X-Plain", "v"),
                                new HttpSpec.Header("X-Api-Key", null)),
                        List.of(),
                        TlsSpec.PLATFORM,
                        HttpAuth.BASIC);
        assertThatThrownBy(() -> fill(basic, Map.of()))
                .hasMessageContaining("CISTERN_SOURCE_0_USERNAME is not set");
        fill(
                basic,
                Map.of(
                        "CISTERN_SOURCE_0_USERNAME", "mü\n",
                        "CISTERN_SOURCE_0_PASSWORD", "mi8r::w",
                        "CISTERN_SOURCE_0_HEADER_1", "key\n"));
        assertThat(server.asked().getLast().headers())
                .containsEntry("x-plain", "v")
                .containsEntry("x-api-key", "key");
        assertThatThrownBy(
                        () ->
                                fill(
                                        basic,
                                        Map.of(
                                                "CISTERN_SOURCE_0_USERNAME", "a:b",
                                                "CISTERN_SOURCE_0_PASSWORD", "c",
                                                "CISTERN_SOURCE_0_HEADER_1", "k")))
                .hasMessageContaining("holds a colon");
        assertThatThrownBy(
                        () ->
                                fill(
                                        basic,
                                        Map.of(
                                                "CISTERN_SOURCE_0_USERNAME", "a",
                                                "CISTERN_SOURCE_0_PASSWORD", "c",
                                                "CISTERN_SOURCE_0_HEADER_1", "k\r\nHost: x")))
                .hasMessageContaining("such as a line break")
                .hasMessageNotContaining("Host");
    }

    private static String basic() {
        return java.util.Base64.getEncoder()
                .encodeToString("mü:mi8r::w".getBytes(StandardCharsets.UTF_8));
    }

    // Real servers

    private Path site() throws IOException {
        Path site = Files.createDirectories(work.resolve("site/rel/sub dir"));
        Files.write(site.resolve("a+b%20ü.bin"), random(70_000));
        Files.write(site.resolveSibling("large.bin"), random(40 << 20));
        Files.write(site.resolveSibling("empty"), new byte[0]);
        StringBuilder sums = new StringBuilder();
        digests(work.resolve("site/rel"))
                .forEach((name, hex) -> sums.append(hex).append(" *").append(name).append('\n'));
        Files.writeString(work.resolve("site/rel/SHA256SUMS"), sums);
        return work.resolve("site");
    }

    private void assertFilledFrom(String endpoint) throws Exception {
        Map<String, String> expected = digests(work.resolve("site/rel"));
        expected.remove("SHA256SUMS");
        fill(spec(endpoint, "rel/SHA256SUMS", ListForm.SHA256SUMS, null), Map.of());
        assertThat(filled()).isEqualTo(expected);
        assertThat(meter.unverified()).isZero();
        fill(spec(endpoint, "rel/large.bin", null, null), Map.of());
        assertThat(filled()).isEqualTo(expected);
    }

    /// The JDK's `jwebserver` does not support ranges.
    @Test
    void theJdksServerIsRead() throws Exception {
        var jdk =
                SimpleFileServer.createFileServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        site(),
                        SimpleFileServer.OutputLevel.NONE);
        jdk.start();
        try {
            assertFilledFrom("http://127.0.0.1:" + jdk.getAddress().getPort());
        } finally {
            jdk.stop(0);
        }
    }

    @Test
    void busyboxIsRead() throws Exception {
        Path busybox = Path.of("/usr/bin/busybox");
        assumeTrue(Files.isExecutable(busybox), "no busybox");
        int port = freePort();
        Process process =
                new ProcessBuilder(
                                busybox.toString(),
                                "httpd",
                                "-f",
                                "-p",
                                "127.0.0.1:" + port,
                                "-h",
                                site().toString())
                        .redirectErrorStream(true)
                        .redirectOutput(work.resolve("httpd.log").toFile())
                        .start();
        try {
            awaitPort(port);
            assertFilledFrom("http://127.0.0.1:" + port);
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitPort(int port) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(socket.isConnected()).isTrue();
                return;
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
    }
}
