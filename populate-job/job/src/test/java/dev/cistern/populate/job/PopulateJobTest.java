package dev.cistern.populate.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.cistern.populate.Main;
import dev.cistern.populate.testing.ChildJvm;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.TestProxy;
import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.ProxySpec;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.ReportAnswer;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.RunSpec;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.SourceSpec;
import dev.cistern.populate.wire.TlsSpec;
import dev.cistern.populate.wire.Verify;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PopulateJobTest {
    private static final long BLOCK = 8 << 20;
    private static final long SMALL = 20_000;

    @TempDir Path directory;
    private @Nullable FaultyS3 server;
    private @Nullable HttpServer controller;
    private final List<String> posts = Collections.synchronizedList(new ArrayList<>());
    private volatile int answer = 200;

    /// Number of result posts answered with 503 first.
    private volatile int resultsRefused;

    @BeforeEach
    void start() throws IOException {
        server = new FaultyS3();
        HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        http.createContext(
                "/",
                exchange -> {
                    String token = exchange.getRequestHeaders().getFirst("Authorization");
                    String post =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    posts.add(token + " " + post);
                    byte[] body = new ReportAnswer(100).toJson().getBytes(StandardCharsets.UTF_8);
                    int status = answer;
                    if (post.contains("\"result\"") && resultsRefused > 0) {
                        resultsRefused--;
                        status = 503;
                    }
                    exchange.sendResponseHeaders(status, status == 200 ? body.length : -1);
                    if (status == 200) {
                        exchange.getResponseBody().write(body);
                    }
                    exchange.close();
                });
        http.start();
        controller = http;
    }

    @AfterEach
    void stop() throws IOException {
        server().close();
        java.util.Objects.requireNonNull(controller).stop(0);
    }

    private FaultyS3 server() {
        return java.util.Objects.requireNonNull(server);
    }

    private Map<String, String> environment(String bucket, long rate) {
        return environment(bucket, rate, server().endpoint(), new S3Auth.AccessKey(), null);
    }

    private Map<String, String> environment(
            String endpoint, S3Auth auth, @Nullable ProxySpec proxy) {
        return environment(FaultyS3.BUCKET, 0, endpoint, auth, proxy);
    }

    private Map<String, String> environment(
            String bucket, long rate, String endpoint, S3Auth auth, @Nullable ProxySpec proxy) {
        S3Spec store =
                new S3Spec(endpoint, "us-east-1", true, TlsSpec.PLATFORM, bucket, "t/", auth);
        int port = java.util.Objects.requireNonNull(controller).getAddress().getPort();
        RunSpec spec =
                new RunSpec(
                        new RunSpec.Run("team-a", "data", "uid-1", 1),
                        List.of(new SourceSpec(store, "", List.of(), List.of(), null, proxy)),
                        directory.resolve("volume").toString(),
                        0,
                        Verify.FULL,
                        new RunSpec.Limits(rate, 0, 2),
                        new RunSpec.Report(
                                "http://127.0.0.1:" + port + "/v1/runs/uid-1/progress", 100));
        Map<String, String> environment = new HashMap<>();
        environment.put("CISTERN_RUN", spec.toJson());
        environment.put("CISTERN_REPORT_TOKEN", "token-1");
        environment.put("CISTERN_SOURCE_0_ACCESS_KEY_ID", FaultyS3.KEY_ID);
        environment.put("CISTERN_SOURCE_0_SECRET_ACCESS_KEY", FaultyS3.SECRET + "\n");
        environment.put("CISTERN_TERMINATION_MESSAGE", directory.resolve("message").toString());
        return environment;
    }

    private RunResult message() throws Exception {
        return RunResult.fromJson(Files.readString(directory.resolve("message")));
    }

    private int run(Map<String, String> environment) throws IOException {
        Files.createDirectories(directory.resolve("volume"));
        return new PopulateJob(
                        environment,
                        new PrintStream(java.io.OutputStream.nullOutputStream()),
                        step -> {})
                .run();
    }

    @Test
    void aJobFillsReportsAndTellsItsResult() throws Exception {
        byte[] bytes = new byte[3_000_000];
        new Random(4).nextBytes(bytes);
        server().put("t/a/b", bytes);

        int code = run(environment(FaultyS3.BUCKET, 3_000_000));

        assertThat(code).isZero();
        assertThat(directory.resolve("volume/a/b")).hasBinaryContent(bytes);
        assertThat(message().bytes()).isEqualTo(3_000_000);
        assertThat(message().files()).isEqualTo(1);
        assertThat(posts)
                .hasSizeGreaterThan(2)
                .allMatch(post -> post.startsWith("Bearer token-1 {"));
        ProgressReport last =
                ProgressReport.fromJson(posts.getLast().substring("Bearer token-1 ".length()));
        assertThat(last.bytesDone()).isEqualTo(3_000_000);
        assertThat(last.filesDone()).isEqualTo(1);
        assertThat(last.etaSeconds()).isZero();
        assertThat(last.sequence()).isEqualTo(posts.size());
        assertThat(last.result()).isEqualTo(message());
        assertThat(posts).filteredOn(post -> post.contains("\"result\"")).hasSize(1);
    }

    /// The Secret and the kubelet's files change during a copy; from then on the store accepts only the new key.
    @Test
    void aKeyThatIsRotatedInTheMiddleOfACopyCostsNoAttempt() throws Exception {
        for (int i = 0; i < 60; i++) {
            server().put("t/" + i, new byte[1000]);
        }
        Path secret = Files.createDirectory(directory.resolve("secret"));
        mount(secret, "old");
        server().anonymous();
        AtomicInteger asked = new AtomicInteger();
        server().faults(
                        request -> {
                            synchronized (secret) {
                                if (asked.incrementAndGet() == 20) {
                                    mount(secret, "new");
                                }
                            }
                            return withKey(request, asked.get() < 20 ? "old" : "new")
                                    ? null
                                    : new FaultyS3.Fault.Status(
                                            403, "InvalidAccessKeyId", Map.of());
                        });

        int code =
                run(
                        environment(
                                server().endpoint(),
                                new S3Auth.AccessKey(secret.toString()),
                                null));

        assertThat(code).as(Files.readString(directory.resolve("message"))).isZero();
        assertThat(message().files()).isEqualTo(60);
        assertThat(server().asked()).filteredOn(r -> withKey(r, "new")).hasSizeGreaterThan(30);
    }

    private static boolean withKey(FaultyS3.Asked request, String key) {
        return request.headers()
                .getOrDefault("authorization", "")
                .contains("Credential=" + key + "-key/");
    }

    /// Like the kubelet: all files change atomically.
    private static void mount(Path secret, String key) {
        try {
            Path state = Files.createDirectory(secret.resolve(".." + key));
            Files.writeString(state.resolve("access-key-id"), key + "-key");
            Files.writeString(state.resolve("secret-access-key"), key + "-secret");
            Path link = Files.createSymbolicLink(secret.resolve("..tmp"), state.getFileName());
            Files.move(link, secret.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// By a host name that only the proxy resolves; the controller is reached directly.
    @Test
    void aJobReachesItsStoreThroughTheProxyOfItsSourceAndTheControllerWithout() throws Exception {
        server().put("t/a", new byte[100_000]);
        try (TestProxy proxy = new TestProxy()) {
            proxy.wants("user", "secret");
            Map<String, String> environment =
                    environment(
                            server().endpoint().replace("127.0.0.1", "store.invalid"),
                            new S3Auth.AccessKey(),
                            new ProxySpec(
                                    "http://" + proxy.address(),
                                    null,
                                    List.of(),
                                    ProxySpec.SetBy.BACKEND));
            environment.put("CISTERN_SOURCE_0_PROXY_USERNAME", "user");
            environment.put("CISTERN_SOURCE_0_PROXY_PASSWORD", "secret");

            assertThat(run(environment)).isZero();

            assertThat(proxy.asked())
                    .isNotEmpty()
                    .allMatch(asked -> asked.startsWith("GET http://store.invalid:"))
                    .noneMatch(asked -> asked.contains("progress"));
            assertThat(posts).isNotEmpty();

            environment.put("CISTERN_SOURCE_0_PROXY_PASSWORD", "wrong-word");
            assertThat(run(environment)).isNotZero();
            assertThat(message().reason()).isEqualTo(Reason.INVALID_CONFIGURATION);
            assertThat(message().message())
                    .contains("proxy http://" + proxy.address() + " answers HTTP 407")
                    .contains("does not accept user user with this password")
                    .contains("proxy.usernameSecretRef")
                    .doesNotContain("wrong-word");
        }
    }

    /// Set in every pod, for example by a webhook.
    @Test
    void proxiesThatAreInjectedIntoThePodAreNotUsed() throws Exception {
        server().put("t/a", new byte[100_000]);
        try (TestProxy proxy = new TestProxy()) {
            Map<String, String> environment = environment(FaultyS3.BUCKET, 0);
            environment.put("HTTP_PROXY", "http://" + proxy.address());
            environment.put("ALL_PROXY", "http://" + proxy.address());
            assertThat(run(environment)).isZero();
            assertThat(proxy.asked()).isEmpty();
        }
    }

    /// The result survives the loss of the node only if the controller has it.
    @Test
    void theResultIsOfferedUntilTheControllerHasIt() throws Exception {
        server().put("t/a", new byte[1_000_000]);
        resultsRefused = 2;

        assertThat(run(environment(FaultyS3.BUCKET, 1_500_000))).isZero();

        assertThat(posts).filteredOn(post -> post.contains("\"result\"")).hasSize(3);
        assertThat(posts.getLast()).contains("Succeeded");
    }

    @Test
    void aControllerThatRefusesOrFailsStopsNothing() throws Exception {
        server().put("t/a", new byte[1_000_000]);
        for (int status : new int[] {401, 500}) {
            posts.clear();
            answer = status;
            assertThat(run(environment(FaultyS3.BUCKET, 1_500_000))).isZero();
            assertThat(posts).hasSize(status == 401 ? 1 : posts.size()).isNotEmpty();
        }
    }

    @Test
    void whatIsWrongWithTheEnvironmentIsToldAtOnce() throws Exception {
        Map<String, String> environment = environment("missing", 0);
        assertThat(run(environment)).isEqualTo(3);
        assertThat(message().reason()).isEqualTo(Reason.NO_SUCH_BUCKET);
        environment.remove("CISTERN_SOURCE_0_SECRET_ACCESS_KEY");
        assertThat(run(environment)).isEqualTo(3);
        assertThat(message().reason()).isEqualTo(Reason.INVALID_CREDENTIALS);
        assertThat(message().message()).contains("CISTERN_SOURCE_0_SECRET_ACCESS_KEY");
        environment.remove("CISTERN_REPORT_TOKEN");
        environment.put("CISTERN_RUN", "{}");
        assertThat(run(environment)).isEqualTo(3);
        assertThat(message().reason()).isEqualTo(Reason.INVALID_CONFIGURATION);
        assertThat(message().message()).contains("version");
    }

    private Process child(Map<String, String> environment) throws IOException {
        Files.createDirectories(directory.resolve("volume"));
        ProcessBuilder builder = ChildJvm.of(Main.class.getName(), "job");
        builder.environment().putAll(environment);
        File log = directory.resolve("log").toFile();
        return builder.redirectErrorStream(true).redirectOutput(log).start();
    }

    @Test
    void aKilledProcessGoesOnWhereItWas() throws Exception {
        byte[] large = new byte[48 << 20];
        new Random(5).nextBytes(large);
        server().put("t/large", large);
        for (int i = 0; i < 200; i++) {
            server().put("t/small/" + i, new byte[10_000 + i]);
        }
        long total = large.length + 200L * 10_000 + 199 * 200 / 2;
        Process first = child(environment(FaultyS3.BUCKET, 24 << 20));
        while (bytesInJournal() < 2 * BLOCK && first.isAlive()) {
            Thread.sleep(20);
        }
        assertThat(first.isAlive()).as(Files.readString(directory.resolve("log"))).isTrue();
        first.destroyForcibly().waitFor();

        Process second = child(environment(FaultyS3.BUCKET, 0));
        assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(second.exitValue()).as(Files.readString(directory.resolve("log"))).isZero();
        assertThat(directory.resolve("volume/large")).hasBinaryContent(large);
        assertThat(directory.resolve("volume/.cistern")).doesNotExist();
        assertThat(message().bytesResumed()).isGreaterThanOrEqualTo(2 * BLOCK);
        assertThat(message().bytesFetched() + message().bytesResumed()).isEqualTo(total);
    }

    /// Bytes sent may still be in transit; those in the journal have arrived. Counts the large object only: small files
    /// are pieces, too.
    private long bytesInJournal() throws IOException {
        Path journal = directory.resolve("volume/.cistern/journal");
        if (!Files.exists(journal)) {
            return 0;
        }
        // A record has 40 bytes; its type is the first, and 24 bytes on is a piece's length.
        ByteBuffer records = ByteBuffer.wrap(Files.readAllBytes(journal));
        long bytes = 0;
        for (int at = 0; at + 40 <= records.limit(); at += 40) {
            long length = records.getLong(at + 24);
            bytes += records.get(at) == 1 && length > SMALL ? length : 0;
        }
        return bytes;
    }

    /// At this rate a block of 8 MiB takes far longer than the test waits; an object of 5 MiB never has one.
    @Test
    void whatASlowProcessHadFetchedIsKeptWhenItIsKilled() throws Exception {
        byte[] large = new byte[5 << 20];
        new Random(6).nextBytes(large);
        server().put("t/large", large);
        Process first = child(environment(FaultyS3.BUCKET, 500_000));
        while (bytesInJournal() == 0 && first.isAlive()) {
            Thread.sleep(20);
        }
        long noted = bytesInJournal();
        assertThat(first.isAlive()).as(Files.readString(directory.resolve("log"))).isTrue();
        first.destroyForcibly().waitFor();

        assertThat(run(environment(FaultyS3.BUCKET, 0))).isZero();

        assertThat(directory.resolve("volume/large")).hasBinaryContent(large);
        assertThat(message().bytesResumed()).isGreaterThanOrEqualTo(noted).isPositive();
        assertThat(message().bytesFetched() + message().bytesResumed()).isEqualTo(large.length);
    }

    @Test
    void aJobThatIsAskedToStopSaysSoAndKeepsWhatItHas() throws Exception {
        server().put("t/large", new byte[60 << 20]);
        Process job = child(environment(FaultyS3.BUCKET, 20 << 20));
        while (bytesInJournal() < BLOCK && job.isAlive()) {
            Thread.sleep(20);
        }
        job.destroy();
        assertThat(job.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(job.exitValue()).isEqualTo(1);
        assertThat(message().reason()).isEqualTo(Reason.INTERRUPTED);
        assertThat(run(environment(FaultyS3.BUCKET, 0))).isZero();
        assertThat(message().bytesResumed()).isPositive();
    }
}
