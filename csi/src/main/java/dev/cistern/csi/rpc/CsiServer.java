package dev.cistern.csi.rpc;

import dev.cistern.csi.proto.ControllerGetCapabilitiesRequest;
import dev.cistern.csi.proto.CreateVolumeRequest;
import dev.cistern.csi.proto.DeleteVolumeRequest;
import dev.cistern.csi.proto.GetCapacityRequest;
import dev.cistern.csi.proto.GetPluginCapabilitiesRequest;
import dev.cistern.csi.proto.GetPluginInfoRequest;
import dev.cistern.csi.proto.ListVolumesRequest;
import dev.cistern.csi.proto.NodeGetCapabilitiesRequest;
import dev.cistern.csi.proto.NodeGetInfoRequest;
import dev.cistern.csi.proto.NodeGetVolumeStatsRequest;
import dev.cistern.csi.proto.NodePublishVolumeRequest;
import dev.cistern.csi.proto.NodeUnpublishVolumeRequest;
import dev.cistern.csi.proto.ProbeRequest;
import dev.cistern.csi.proto.ValidateVolumeCapabilitiesRequest;
import dev.cistern.csi.proto.registration.InfoRequest;
import dev.cistern.csi.proto.registration.RegistrationStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// gRPC on Unix sockets, owned by root and optionally one group.
public final class CsiServer {

    private static final Logger LOG = LoggerFactory.getLogger(CsiServer.class);

    /// CSI limits a request's maps to some KiB each; with 64 concurrent calls this is 16 MiB at most.
    private static final long MESSAGE_BYTES = 256L << 10;

    /// Kubelet ignores names with this prefix.
    private static final String UNREADY_PREFIX = ".";

    private final Vertx vertx;
    private final CallRunner calls;
    private final List<Listening> listening = new CopyOnWriteArrayList<>();

    private record Listening(Path socket, HttpServer server) {}

    public CsiServer(Vertx vertx, MeterRegistry meters) {
        this.vertx = vertx;
        this.calls = new CallRunner(vertx, meters);
    }

    /// Serves the CSI calls. Replaces a socket left by a crash.
    ///
    /// @param group the id of the group that may connect
    public Future<Void> serveCsi(
            Path socket,
            int group,
            IdentityService identity,
            ControllerService controller,
            NodeService node) {
        GrpcServer grpc = grpc();
        ServiceName identityName = ServiceName.create("csi.v1", "Identity");
        calls.serve(
                grpc,
                identityName,
                "GetPluginInfo",
                GetPluginInfoRequest.getDefaultInstance(),
                identity::info);
        calls.serve(
                grpc,
                identityName,
                "GetPluginCapabilities",
                GetPluginCapabilitiesRequest.getDefaultInstance(),
                identity::capabilities);
        calls.serve(
                grpc, identityName, "Probe", ProbeRequest.getDefaultInstance(), identity::probe);

        ServiceName controllerName = ServiceName.create("csi.v1", "Controller");
        calls.serve(
                grpc,
                controllerName,
                "CreateVolume",
                CreateVolumeRequest.getDefaultInstance(),
                controller::create);
        calls.serve(
                grpc,
                controllerName,
                "DeleteVolume",
                DeleteVolumeRequest.getDefaultInstance(),
                controller::delete);
        calls.serve(
                grpc,
                controllerName,
                "ValidateVolumeCapabilities",
                ValidateVolumeCapabilitiesRequest.getDefaultInstance(),
                controller::validate);
        calls.serve(
                grpc,
                controllerName,
                "ListVolumes",
                ListVolumesRequest.getDefaultInstance(),
                controller::list);
        calls.serve(
                grpc,
                controllerName,
                "GetCapacity",
                GetCapacityRequest.getDefaultInstance(),
                controller::capacity);
        calls.serve(
                grpc,
                controllerName,
                "ControllerGetCapabilities",
                ControllerGetCapabilitiesRequest.getDefaultInstance(),
                controller::capabilities);

        ServiceName nodeName = ServiceName.create("csi.v1", "Node");
        calls.serve(
                grpc,
                nodeName,
                "NodePublishVolume",
                NodePublishVolumeRequest.getDefaultInstance(),
                node::publish);
        calls.serve(
                grpc,
                nodeName,
                "NodeUnpublishVolume",
                NodeUnpublishVolumeRequest.getDefaultInstance(),
                node::unpublish);
        calls.serve(
                grpc,
                nodeName,
                "NodeGetVolumeStats",
                NodeGetVolumeStatsRequest.getDefaultInstance(),
                node::stats);
        calls.serve(
                grpc,
                nodeName,
                "NodeGetCapabilities",
                NodeGetCapabilitiesRequest.getDefaultInstance(),
                node::capabilities);
        calls.serve(
                grpc, nodeName, "NodeGetInfo", NodeGetInfoRequest.getDefaultInstance(), node::info);
        return listen(socket, group, grpc, "/csi.v1.Identity/GetPluginInfo");
    }

    /// Serves kubelet's registration calls, so that it discovers the driver.
    public Future<Void> serveRegistration(Path socket, RegistrationService registration) {
        GrpcServer grpc = grpc();
        ServiceName name = ServiceName.create("pluginregistration", "Registration");
        calls.serve(grpc, name, "GetInfo", InfoRequest.getDefaultInstance(), registration::info);
        calls.serve(
                grpc,
                name,
                "NotifyRegistrationStatus",
                RegistrationStatus.getDefaultInstance(),
                registration::status);
        return listen(socket, 0, grpc, "/pluginregistration.Registration/GetInfo");
    }

    /// Completes pending calls, accepts no more, and removes the sockets.
    public Future<Void> close() {
        List<Future<Void>> closing = listening.stream().map(one -> one.server().close()).toList();
        for (Listening one : listening) {
            remove(one.socket());
        }
        return Future.join(closing).mapEmpty();
    }

    private GrpcServer grpc() {
        GrpcServerOptions options =
                new GrpcServerOptions()
                        .setMaxMessageSize(MESSAGE_BYTES)
                        .setScheduleDeadlineAutomatically(true);
        for (GrpcProtocol protocol : GrpcProtocol.values()) {
            if (protocol != GrpcProtocol.HTTP_2) {
                options.removeEnabledProtocol(protocol);
            }
        }
        return GrpcServer.server(vertx, options);
    }

    /// The socket gets its name when it is ready, with its owner and mode, and replaces an existing one.
    private Future<Void> listen(Path socket, int group, GrpcServer grpc, String selfCall) {
        Path unready = socket.resolveSibling(UNREADY_PREFIX + socket.getFileName());
        try {
            Path directory = socket.getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            Files.deleteIfExists(unready);
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()).requestHandler(grpc);
        return server.listen(SocketAddress.domainSocketAddress(unready.toString()))
                .compose(_ -> publish(unready, socket, group, selfCall))
                .onSuccess(
                        _ -> {
                            listening.add(new Listening(socket, server));
                            LOG.atInfo().addKeyValue("socket", socket).log("listening");
                        });
    }

    private static Future<Void> publish(Path unready, Path socket, int group, String selfCall) {
        Promise<Void> done = Promise.promise();
        Thread.ofVirtual()
                .name("publish")
                .start(
                        () -> {
                            try {
                                SelfCall.make(unready, selfCall);
                                publish(unready, socket, group);
                                done.complete();
                            } catch (IOException | RuntimeException e) {
                                done.fail(e);
                            }
                        });
        return done.future();
    }

    private static void publish(Path unready, Path socket, int group) throws IOException {
        Files.setAttribute(unready, "unix:gid", group);
        Files.setPosixFilePermissions(unready, PosixFilePermissions.fromString("rw-rw----"));
        Files.move(unready, socket, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void remove(Path socket) {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("socket", socket)
                    .setCause(e)
                    .log("the socket could not be removed");
        }
    }
}
