package dev.cistern.controller.population.progress;

import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.ReportAnswer;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves `POST /v1/runs/{uid}/progress`, see `docs/design/progress.md`. To be deployed on virtual threads: a write to
/// the API server blocks.
public final class ProgressServer extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressServer.class);
    private static final Pattern PATH = Pattern.compile("/v1/runs/([a-zA-Z0-9-]{1,64})/progress");

    /// A report has about 300 bytes, 2 KiB with a `trouble` or revisions; the last one contains a result of up to 4 KiB, whose
    /// characters may double in size as a JSON string.
    private static final int MAX_BODY = 10 * 1024;

    /// A connection without traffic is closed after this; Jobs report every second to every minute.
    private static final int IDLE_SECONDS = 90;

    /// Maximum number of concurrent writes; beyond it Jobs are told to retry later.
    private static final int MAX_WRITES = 64;

    private final String host;
    private final int port;
    private final ReportVerifier verifier;
    private final Sink sink;
    private final Throttle throttle = new Throttle();
    private final MeterRegistry meters;
    private final ReportInterval interval = new ReportInterval();
    private final Semaphore writes = new Semaphore(MAX_WRITES);
    private volatile @Nullable HttpServer server;

    /// Receives accepted reports.
    public interface Sink {
        /// Stores a report.
        ///
        /// @param uid of the run's PVC
        /// @throws KubernetesClientException when it cannot be stored, as when the record was recreated; the next report
        /// supersedes it
        void write(ReportedRun run, String uid, ProgressReport report);
    }

    /// A server that is not started yet.
    ///
    /// @param port 0 for any free one
    public ProgressServer(
            String host, int port, ReportVerifier verifier, Sink sink, MeterRegistry meters) {
        this.host = host;
        this.port = port;
        this.verifier = verifier;
        this.sink = sink;
        this.meters = meters;
        // An alert on its growth needs the series to exist before the first one.
        rejected("forged");
    }

    @Override
    public Future<?> start() {
        HttpServer made =
                vertx.createHttpServer(
                        new HttpServerOptions()
                                .setIdleTimeout(IDLE_SECONDS)
                                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                                .setMaxHeaderSize(8 * 1024)
                                .setHttp2ClearTextEnabled(false)
                                .setHandle100ContinueAutomatically(false)
                                .setCompressionSupported(false));
        server = made;
        return made.requestHandler(this::handle).listen(port, host);
    }

    /// The port that is served.
    ///
    /// @throws IllegalStateException before the server has started
    public int actualPort() {
        HttpServer made = server;
        if (made == null) {
            throw new IllegalStateException("not started");
        }
        return made.actualPort();
    }

    private void handle(HttpServerRequest request) {
        Matcher path = PATH.matcher(request.path());
        if (!path.matches()) {
            answer(request, 404, "");
            return;
        }
        if (request.method() != HttpMethod.POST) {
            request.response().putHeader("Allow", "POST");
            answer(request, 405, "");
            return;
        }
        Buffer body = Buffer.buffer();
        request.handler(
                part -> {
                    if (body.length() + part.length() > MAX_BODY) {
                        if (!request.response().ended()) {
                            // Also announced in the response, so that the client does not reuse a
                            // connection that is
                            // about to be closed.
                            request.response().putHeader("Connection", "close");
                            reject(request, 413, "too-large")
                                    .onComplete(_ -> request.connection().close());
                        }
                    } else {
                        body.appendBuffer(part);
                    }
                });
        request.endHandler(
                _ -> {
                    if (!request.response().ended()) {
                        report(request, path.group(1), body.toString());
                    }
                });
    }

    private void report(HttpServerRequest request, String uid, String body) {
        String token = bearer(request);
        switch (verifier.verify(uid, token, body)) {
            case ReportVerifier.Verdict.Rejected(int status, String reason) ->
                    reject(request, status, reason);
            case ReportVerifier.Verdict.Accepted accepted -> {
                long now = System.nanoTime();
                Throttle.Admission admission = throttle.admit(uid, token, accepted.report(), now);
                if (admission == Throttle.Admission.NO) {
                    reject(request, 429, "too-often");
                    return;
                }
                int next = interval.next(uid, now);
                throttle.asked(uid, now, next);
                if (admission == Throttle.Admission.FIRST
                        && ReportInterval.highLoad(next)
                        && accepted.report().trouble() == null
                        && accepted.report().result() == null
                        && accepted.report().revisions().isEmpty()) {
                    // Under high load a run's first report only starts its interval: a copy that
                    // ends before the second
                    // costs no write.
                    // One that says what is read is
                    // for the next attempt to know.
                    accept(request, next);
                } else if (!writes.tryAcquire()) {
                    throttle.lost(uid);
                    reject(request, 429, "busy");
                } else {
                    write(request, accepted, uid, next);
                }
            }
        }
    }

    private void write(
            HttpServerRequest request,
            ReportVerifier.Verdict.Accepted accepted,
            String uid,
            int next) {
        try {
            sink.write(accepted.run(), uid, accepted.report());
            Counter.builder("cistern.reports")
                    .description("Progress reports written")
                    .register(meters)
                    .increment();
            accept(request, next);
        } catch (KubernetesClientException e) {
            LOG.atWarn()
                    .addKeyValue("uid", uid)
                    .addKeyValue("code", e.getCode())
                    .log("progress not written");
            throttle.lost(uid);
            reject(request, e.getCode() == 404 ? 404 : 503, "not-written");
        } finally {
            writes.release();
        }
    }

    private static void accept(HttpServerRequest request, int next) {
        request.response().putHeader("Content-Type", "application/json");
        answer(request, 200, new ReportAnswer(next).toJson());
    }

    private static String bearer(HttpServerRequest request) {
        String header = request.getHeader("Authorization");
        return header != null && header.startsWith("Bearer ") ? header.substring(7).strip() : "";
    }

    private Future<Void> reject(HttpServerRequest request, int status, String reason) {
        rejected(reason).increment();
        return answer(request, status, "");
    }

    private Counter rejected(String reason) {
        return Counter.builder("cistern.report.rejected")
                .description("Progress reports that were not let in")
                .tag("reason", reason)
                .register(meters);
    }

    private static Future<Void> answer(HttpServerRequest request, int status, String body) {
        return request.response().setStatusCode(status).end(body);
    }

    @Override
    public Future<?> stop() {
        HttpServer made = server;
        return made == null ? Future.succeededFuture() : made.close();
    }
}
