package dev.cistern.controller.population.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.ReportAnswer;
import dev.cistern.populate.wire.ReportKey;
import dev.cistern.populate.wire.ReportToken;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.Stage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Over real HTTP.
@Timeout(30)
class ProgressServerTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private final KeyPair keys = ReportKey.generate();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<ProgressReport> written = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private volatile String life = "first";
    private volatile boolean over;
    private volatile boolean refuse;
    private int port;

    @BeforeEach
    void start() throws Exception {
        ReportVerifier.RunLookup runs =
                new ReportVerifier.RunLookup() {
                    @Override
                    public Optional<String> reportKey(String uid, int attempt) {
                        // The record is made anew while its report is checked.
                        life = "another";
                        return uid.equals("u-1") && attempt == 1
                                ? Optional.of(ReportKey.encode(keys.getPublic()))
                                : Optional.empty();
                    }

                    @Override
                    public Optional<ReportedRun> run(String uid) {
                        return uid.startsWith("u-")
                                ? Optional.of(new ReportedRun("team-a", life))
                                : Optional.empty();
                    }

                    @Override
                    public boolean over(String uid) {
                        return over;
                    }
                };
        ProgressServer server =
                new ProgressServer(
                        "127.0.0.1",
                        0,
                        new ReportVerifier(runs, Clock.fixed(NOW, ZoneOffset.UTC)),
                        (run, uid, report) -> {
                            if (refuse) {
                                throw new io.fabric8.kubernetes.client.KubernetesClientException(
                                        "no");
                            }
                            assertThat(run).isEqualTo(new ReportedRun("team-a", "first"));
                            assertThat(uid).isEqualTo("u-1");
                            written.add(report);
                        },
                        meters);
        vertx.deployVerticle(
                        server,
                        new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        port = server.actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        http.close();
    }

    private String token(String uid, int attempt, Instant expires) {
        return new ReportToken(uid, attempt, expires).sign(keys.getPrivate());
    }

    private static String report(int attempt, long sequence) {
        return report(attempt, sequence, null);
    }

    private static String report(int attempt, long sequence, @Nullable RunResult result) {
        return new ProgressReport(
                        attempt,
                        sequence,
                        Stage.COPYING,
                        50,
                        100,
                        1,
                        2,
                        true,
                        50,
                        0,
                        10,
                        5,
                        null,
                        result)
                .toJson();
    }

    private HttpResponse<String> post(String uid, String token, String body) throws Exception {
        life = "first";
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:"
                                                + port
                                                + "/v1/runs/"
                                                + uid
                                                + "/progress"))
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private double rejected(String reason) {
        return meters.counter("cistern.report.rejected", "reason", reason).count();
    }

    @Test
    void aReportWithItsTokenIsWrittenAndToldWhenToComeAgain() throws Exception {
        HttpResponse<String> answer =
                post("u-1", token("u-1", 1, NOW.plusSeconds(60)), report(1, 1));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(ReportAnswer.fromJson(answer.body()).nextMillis()).isEqualTo(1500);
        assertThat(written).hasSize(1);
        assertThat(written.getFirst().bytesDone()).isEqualTo(50);
    }

    @Test
    void aForgedTokenIsRefusedAndCounted() throws Exception {
        String forged =
                new ReportToken("u-1", 1, NOW.plusSeconds(60))
                        .sign(ReportKey.generate().getPrivate());
        assertThat(post("u-1", forged, report(1, 1)).statusCode()).isEqualTo(401);
        assertThat(post("u-1", "nonsense", report(1, 1)).statusCode()).isEqualTo(401);
        assertThat(rejected("forged")).isEqualTo(2);
        assertThat(post("u-1", "", report(1, 1)).statusCode()).isEqualTo(401);
        assertThat(rejected("no-token")).isEqualTo(1);
        assertThat(written).isEmpty();
    }

    @Test
    void anExpiredTokenIsRefusedAndCounted() throws Exception {
        assertThat(post("u-1", token("u-1", 1, NOW), report(1, 1)).statusCode()).isEqualTo(403);
        assertThat(rejected("expired")).isEqualTo(1);
    }

    @Test
    void aTokenIsGoodForItsOwnRunAndAttemptOnly() throws Exception {
        assertThat(post("u-1", token("u-2", 1, NOW.plusSeconds(60)), report(1, 1)).statusCode())
                .isEqualTo(403);
        assertThat(post("u-1", token("u-1", 2, NOW.plusSeconds(60)), report(1, 1)).statusCode())
                .isEqualTo(403);
        assertThat(rejected("another-run")).isEqualTo(2);
        assertThat(post("u-1", token("u-1", 2, NOW.plusSeconds(60)), report(2, 1)).statusCode())
                .isEqualTo(404);
        assertThat(post("x-1", token("x-1", 1, NOW.plusSeconds(60)), report(1, 1)).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aRunThatIsOverTakesNoMore() throws Exception {
        over = true;
        assertThat(post("u-1", token("u-1", 1, NOW.plusSeconds(60)), report(1, 1)).statusCode())
                .isEqualTo(410);
    }

    @Test
    void aReportTooEarlyOrOldIsNotWritten() throws Exception {
        String token = token("u-1", 1, NOW.plusSeconds(60));
        assertThat(post("u-1", token, report(1, 5)).statusCode()).isEqualTo(200);
        assertThat(post("u-1", token, report(1, 6)).statusCode()).isEqualTo(429);
        Thread.sleep(1250);
        assertThat(post("u-1", token, report(1, 4)).statusCode()).isEqualTo(429);
        assertThat(post("u-1", token, report(1, 7)).statusCode()).isEqualTo(200);
        assertThat(written).hasSize(2);
    }

    private static String result(long sequence) {
        return report(
                1,
                sequence,
                new RunResult(
                        Outcome.FAILED, false, null, "\"".repeat(1_800), 7, 1, 7, 0, 0, null, 1));
    }

    @Test
    void aResultIsWrittenBeforeItIsAnsweredHoweverSoonItComes() throws Exception {
        String token = token("u-1", 1, NOW.plusSeconds(60));
        assertThat(post("u-1", token, report(1, 1)).statusCode()).isEqualTo(200);
        refuse = true;
        assertThat(post("u-1", token, result(2)).statusCode()).isEqualTo(503);
        refuse = false;
        assertThat(post("u-1", token, result(3)).statusCode()).isEqualTo(200);
        assertThat(written).hasSize(2);
        assertThat(java.util.Objects.requireNonNull(written.getLast().result()).files())
                .isEqualTo(1);
        assertThat(post("u-1", token, result(4)).statusCode()).as("once").isEqualTo(429);
    }

    @Test
    void nonsenseIsRefused() throws Exception {
        String token = token("u-1", 1, NOW.plusSeconds(60));
        assertThat(post("u-1", token, "{}").statusCode()).isEqualTo(400);
        assertThat(post("u-1", token, "x".repeat(11_000)).statusCode()).isEqualTo(413);
        HttpResponse<String> get =
                http.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + port
                                                        + "/v1/runs/u-1/progress"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(
                        http.send(
                                        HttpRequest.newBuilder(
                                                        URI.create(
                                                                "http://127.0.0.1:" + port + "/"))
                                                .build(),
                                        HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                .isEqualTo(404);
    }

    @Test
    void whenItCannotBeWrittenTheJobIsToldToTryAgain() throws Exception {
        refuse = true;
        assertThat(post("u-1", token("u-1", 1, NOW.plusSeconds(60)), report(1, 1)).statusCode())
                .isEqualTo(503);
    }
}
