package dev.cistern.csi.rpc;

import com.google.protobuf.Message;
import dev.cistern.csi.volume.VolumeFailure;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs each call on its own virtual thread, off the event loop, and sends its result or failure.
final class CallRunner {

    private static final Logger LOG = LoggerFactory.getLogger(CallRunner.class);

    /// Kubelet and the provisioner's workers together make some twenty calls at once.
    private static final int CONCURRENT_CALLS = 64;

    /// For callers without a deadline.
    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(2);

    private final Semaphore slots = new Semaphore(CONCURRENT_CALLS);
    private final Vertx vertx;
    private final MeterRegistry meters;

    CallRunner(Vertx vertx, MeterRegistry meters) {
        this.vertx = vertx;
        this.meters = meters;
    }

    /// How a call ended.
    private record Outcome<R>(GrpcStatus status, String message, @Nullable R response) {}

    /// Registers `handler` for one method of `server`.
    ///
    /// @param empty the request type's default instance
    <Q extends Message, R extends Message> void serve(
            GrpcServer server,
            ServiceName service,
            String method,
            Q empty,
            BiFunction<Q, Call, R> handler) {
        ServiceMethod<Q, R> served =
                ServiceMethod.server(
                        service,
                        method,
                        GrpcMessageEncoder.encoder(),
                        GrpcMessageDecoder.decoder(empty));
        server.callHandler(served, request -> receive(request, method, handler));
    }

    private <Q, R> void receive(
            GrpcServerRequest<Q, R> request, String method, BiFunction<Q, Call, R> handler) {
        Context context = vertx.getOrCreateContext();
        long started = System.nanoTime();
        Call call =
                new Call(
                        request.timeout() > 0
                                ? Duration.ofMillis(request.timeout())
                                : DEFAULT_TIMEOUT);
        request.handler(
                message -> {
                    if (slots.tryAcquire()) {
                        Thread.ofVirtual()
                                .name(method)
                                .start(
                                        () -> {
                                            Outcome<R> outcome;
                                            try {
                                                outcome = run(method, handler, message, call);
                                            } finally {
                                                slots.release();
                                            }
                                            context.runOnContext(
                                                    _ ->
                                                            answer(
                                                                    request.response(),
                                                                    method,
                                                                    started,
                                                                    outcome));
                                        });
                    } else {
                        VolumeFailure failure =
                                new VolumeFailure.Overloaded(
                                        CONCURRENT_CALLS + " calls are at work");
                        answer(request.response(), method, started, failed(failure));
                    }
                });
    }

    private static <Q, R> Outcome<R> run(
            String method, BiFunction<Q, Call, R> handler, Q message, Call call) {
        try {
            return new Outcome<>(GrpcStatus.OK, "", handler.apply(message, call));
        } catch (VolumeFailure.Broken e) {
            LOG.atError().addKeyValue("call", method).setCause(e).log("call failed");
            return failed(e);
        } catch (VolumeFailure e) {
            LOG.atInfo()
                    .addKeyValue("call", method)
                    .addKeyValue("status", StatusCodes.of(e).name())
                    .addKeyValue("reason", e.getMessage())
                    .log("call refused");
            return failed(e);
        } catch (RuntimeException | Error e) {
            LOG.atError().addKeyValue("call", method).setCause(e).log("call failed by a bug");
            return new Outcome<>(GrpcStatus.INTERNAL, "bug in the driver, see its log: " + e, null);
        }
    }

    private static <R> Outcome<R> failed(VolumeFailure failure) {
        return new Outcome<>(StatusCodes.of(failure), failure.getMessage(), null);
    }

    private <Q, R> void answer(
            GrpcServerResponse<Q, R> response, String method, long started, Outcome<R> outcome) {
        meters.timer("cistern.csi.calls", "method", method, "status", outcome.status().name())
                .record(System.nanoTime() - started, TimeUnit.NANOSECONDS);
        try {
            if (outcome.response() != null) {
                response.end(outcome.response()).onFailure(e -> unheard(method, e));
            } else {
                response.status(outcome.status())
                        .statusMessage(outcome.message())
                        .end()
                        .onFailure(e -> unheard(method, e));
            }
        } catch (IllegalStateException e) {
            unheard(method, e);
        }
    }

    private static void unheard(String method, Throwable cause) {
        // Every call is idempotent, and the caller will retry.
        LOG.atInfo()
                .addKeyValue("call", method)
                .addKeyValue("reason", cause.toString())
                .log("the caller had gone before the answer");
    }
}
