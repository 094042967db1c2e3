package dev.cistern.csi;

import com.google.protobuf.Message;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcStatus;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Unary gRPC calls to a Unix socket, over plain HTTP/2 so that the test controls the wire format.
final class GrpcCaller implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client;
    private final SocketAddress address;
    private final String authority;

    /// How a call failed.
    record Failed(GrpcStatus status, String message) {}

    private record Answer(MultiMap trailers, Buffer body) {}

    /// @param authority the caller's `:authority`
    GrpcCaller(Path socket, String authority) {
        this.client =
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setProtocolVersion(HttpVersion.HTTP_2)
                                .setHttp2ClearTextUpgrade(false)
                                .setConnectTimeout(2000));
        this.address = SocketAddress.domainSocketAddress(socket.toString());
        this.authority = authority;
    }

    <Q extends Message, R extends Message> R call(String service, String method, Q request, R empty)
            throws Exception {
        Answer answer = exchange(service, method, request);
        Failed failed = status(answer);
        if (failed.status() != GrpcStatus.OK) {
            throw new AssertionError(failed);
        }
        byte[] bytes = answer.body().getBytes();
        @SuppressWarnings("unchecked")
        R response =
                (R)
                        empty.getParserForType()
                                .parseFrom(java.nio.ByteBuffer.wrap(bytes, 5, bytes.length - 5));
        return response;
    }

    <Q extends Message, R extends Message> Failed failure(
            String service, String method, Q request, R empty) throws Exception {
        Failed failed = status(exchange(service, method, request));
        if (failed.status() == GrpcStatus.OK) {
            throw new AssertionError(method + " did not fail");
        }
        return failed;
    }

    private Answer exchange(String service, String method, Message request) throws Exception {
        Buffer body =
                Buffer.buffer()
                        .appendByte((byte) 0)
                        .appendInt(request.getSerializedSize())
                        .appendBytes(request.toByteArray());
        RequestOptions options =
                new RequestOptions()
                        .setServer(address)
                        .setHost("localhost")
                        .setPort(80)
                        .setMethod(HttpMethod.POST)
                        .setURI("/" + service + "/" + method);
        return client.request(options)
                .compose(
                        http -> {
                            http.authority(HostAndPort.create(authority, -1));
                            http.putHeader("content-type", "application/grpc")
                                    .putHeader("te", "trailers");
                            return http.send(body);
                        })
                .compose(
                        response ->
                                response.body()
                                        .map(
                                                bytes ->
                                                        new Answer(
                                                                response.getHeader("grpc-status")
                                                                                == null
                                                                        ? response.trailers()
                                                                        : response.headers(),
                                                                bytes)))
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private static Failed status(Answer answer) {
        String status = answer.trailers().get("grpc-status");
        String message = answer.trailers().get("grpc-message");
        if (status == null) {
            throw new AssertionError("no grpc-status: " + answer.trailers());
        }
        return new Failed(
                GrpcStatus.valueOf(Integer.parseInt(status)),
                message == null
                        ? ""
                        : URLDecoder.decode(message.replace("+", "%2B"), StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        client.close();
        vertx.close();
    }
}
