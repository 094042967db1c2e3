package dev.cistern.csi.http;

import dev.cistern.csi.volume.PoolCapacity;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumePool;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves `/healthz` and `/metrics`. A hanging disk blocks at most one thread: the pool is polled by one thread, and
/// its last answer is used for as long as [#FRESH].
public final class StatusServer {

    private static final Logger LOG = LoggerFactory.getLogger(StatusServer.class);

    /// An answer older than this means that the disk hangs.
    private static final Duration FRESH = Duration.ofSeconds(15);

    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final VolumePool pool;
    private final PrometheusMeterRegistry meters;
    private final InstantSource clock;
    private volatile Answer last;

    /// The pool's last answer.
    private record Answer(
            Instant at, String problem, PoolCapacity capacity, int volumes, int leftovers) {}

    public StatusServer(
            Vertx vertx, VolumePool pool, PrometheusMeterRegistry meters, InstantSource clock) {
        this.vertx = vertx;
        this.pool = pool;
        this.meters = meters;
        this.clock = clock;
        this.last = new Answer(clock.instant(), "", new PoolCapacity(0, 0), 0, 0);
        gauge("cistern.csi.volumes", () -> last.volumes());
        gauge("cistern.csi.leftovers", () -> last.leftovers());
        gauge("cistern.csi.pool.available.bytes", () -> last.capacity().available());
    }

    private void gauge(String name, Supplier<Number> value) {
        Gauge.builder(name, value).strongReference(true).register(meters);
    }

    /// Starts listening.
    ///
    /// @return the port, which the system chooses when 0 is given
    public Future<Integer> listen(String host, int port) {
        Thread.ofVirtual().name("pool-health").start(this::watch);
        return vertx.createHttpServer(
                        new HttpServerOptions()
                                .setIdleTimeout(30)
                                .setIdleTimeoutUnit(TimeUnit.SECONDS))
                .requestHandler(this::answer)
                .listen(SocketAddress.inetSocketAddress(port, host))
                .map(HttpServer::actualPort);
    }

    private void watch() {
        try {
            while (true) {
                last = ask();
                Thread.sleep(PERIOD);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Answer ask() {
        try {
            pool.check();
            return new Answer(
                    clock.instant(),
                    "",
                    pool.capacity(),
                    pool.list().size(),
                    pool.leftovers().size());
        } catch (VolumeFailure e) {
            return new Answer(
                    clock.instant(),
                    e.getMessage(),
                    new PoolCapacity(0, 0),
                    pool.list().size(),
                    pool.leftovers().size());
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("the pool was not asked by a bug; trying again");
            return new Answer(
                    clock.instant(), "bug in the driver: " + e, new PoolCapacity(0, 0), 0, 0);
        }
    }

    private void answer(HttpServerRequest request) {
        switch (request.path()) {
            case "/healthz" -> {
                String problem = problem();
                request.response()
                        .setStatusCode(problem.isEmpty() ? 200 : 503)
                        .end(problem.isEmpty() ? "ok\n" : problem + "\n");
            }
            case "/metrics" ->
                    request.response()
                            .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                            .end(meters.scrape());
            case null, default ->
                    request.response().setStatusCode(404).end("there are /healthz and /metrics\n");
        }
    }

    private String problem() {
        Answer answer = last;
        Duration age = Duration.between(answer.at(), clock.instant());
        return age.compareTo(FRESH) > 0
                ? "the pool has not answered for " + age.toSeconds() + " s"
                : answer.problem();
    }
}
