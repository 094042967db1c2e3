package dev.cistern.controller.ops;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Serves `/metrics`, `/healthz` and `/readyz`.
///
/// Ready means that the informers have their lists: a replica that does not lead is also ready, because it receives
/// reports.
public final class OpsServer extends VerticleBase {
    private static final int IDLE_SECONDS = 60;

    private final String host;
    private final int port;
    private final PrometheusMeterRegistry meters;
    private final BooleanSupplier ready;
    private volatile @Nullable HttpServer server;

    /// A server that is not started yet.
    ///
    /// @param port 0 for any free one
    public OpsServer(String host, int port, PrometheusMeterRegistry meters, BooleanSupplier ready) {
        this.host = host;
        this.port = port;
        this.meters = meters;
        this.ready = ready;
    }

    @Override
    public Future<?> start() {
        HttpServer made =
                vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS));
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
        switch (request.path()) {
            case "/metrics" ->
                    request.response()
                            .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                            .end(meters.scrape());
            case "/healthz" -> request.response().end("ok\n");
            case "/readyz" -> {
                if (ready.getAsBoolean()) {
                    request.response().end("ok\n");
                } else {
                    request.response().setStatusCode(503).end("informers have no list yet\n");
                }
            }
            default -> request.response().setStatusCode(404).end();
        }
    }

    @Override
    public Future<?> stop() {
        HttpServer made = server;
        return made == null ? Future.succeededFuture() : made.close();
    }
}
