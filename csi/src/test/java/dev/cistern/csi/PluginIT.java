package dev.cistern.csi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.csi.proto.CapacityRange;
import dev.cistern.csi.proto.CreateVolumeRequest;
import dev.cistern.csi.proto.CreateVolumeResponse;
import dev.cistern.csi.proto.DeleteVolumeRequest;
import dev.cistern.csi.proto.DeleteVolumeResponse;
import dev.cistern.csi.proto.ListVolumesRequest;
import dev.cistern.csi.proto.ListVolumesResponse;
import dev.cistern.csi.proto.NodePublishVolumeRequest;
import dev.cistern.csi.proto.NodePublishVolumeResponse;
import dev.cistern.csi.proto.VolumeCapability;
import dev.cistern.csi.proto.registration.InfoRequest;
import dev.cistern.csi.proto.registration.PluginInfo;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The plugin's process: sockets, status, signals, crashes.
@NeedsMounts
class PluginIT {

    private static final Map<String, String> BTRFS = Map.of("CISTERN_POOL_KIND", "btrfs");

    @TempDir Path directory;

    @AfterEach
    void unmount() throws IOException {
        PrivateMounts.clear(directory);
    }

    private static CreateVolumeRequest create(String name) {
        return CreateVolumeRequest.newBuilder()
                .setName(name)
                .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(16 << 20))
                .addVolumeCapabilities(capability())
                .build();
    }

    private static VolumeCapability capability() {
        return VolumeCapability.newBuilder()
                .setMount(VolumeCapability.MountVolume.getDefaultInstance())
                .setAccessMode(
                        VolumeCapability.AccessMode.newBuilder()
                                .setMode(VolumeCapability.AccessMode.Mode.SINGLE_NODE_WRITER))
                .build();
    }

    @Test
    void kubeletLearnsWhereTheDriverIs() throws Exception {
        try (Plugin plugin = Plugin.start(directory, BTRFS);
                // Kubelet's :authority is the socket's path, percent-encoded.
                GrpcCaller kubelet =
                        new GrpcCaller(plugin.registrationSocket(), "%2Fvar%2Flib%2Freg.sock")) {
            PluginInfo info =
                    kubelet.call(
                            "pluginregistration.Registration",
                            "GetInfo",
                            InfoRequest.getDefaultInstance(),
                            PluginInfo.getDefaultInstance());

            assertThat(info.getType()).isEqualTo("CSIPlugin");
            assertThat(info.getName()).isEqualTo("local.cistern.dev");
            assertThat(info.getEndpoint()).isEqualTo(plugin.socket().toString());
            assertThat(info.getSupportedVersionsList()).containsExactly("1.0.0");
        }
    }

    @Test
    void socketsBelongToRootAndTheGroupAndGoWithTheProcess() throws Exception {
        Map<String, String> environment =
                Map.of("CISTERN_POOL_KIND", "directory", "CSI_SOCKET_GROUP", "65532");
        Files.writeString(directory.resolve("csi.sock"), "left by a crash");
        Plugin plugin = Plugin.start(directory, environment);

        assertThat(Files.getAttribute(plugin.socket(), "unix:gid")).isEqualTo(65532);
        assertThat(Files.getAttribute(plugin.registrationSocket(), "unix:gid")).isEqualTo(0);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(plugin.socket())))
                .isEqualTo("rw-rw----");

        assertThat(plugin.stop()).isEqualTo(143);
        assertThat(plugin.log()).contains("stopped");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("log", "pool");
        }
    }

    @Test
    void refusalsSayWhichFieldIsWrong() throws Exception {
        try (Plugin plugin = Plugin.start(directory, BTRFS);
                GrpcCaller caller = new GrpcCaller(plugin.socket(), "localhost")) {
            GrpcCaller.Failed noName =
                    caller.failure(
                            "csi.v1.Controller",
                            "CreateVolume",
                            CreateVolumeRequest.getDefaultInstance(),
                            CreateVolumeResponse.getDefaultInstance());
            GrpcCaller.Failed percent =
                    caller.failure(
                            "csi.v1.Controller",
                            "CreateVolume",
                            create("a").toBuilder().putParameters("100% \"größe\"", "").build(),
                            CreateVolumeResponse.getDefaultInstance());
            GrpcCaller.Failed notServed =
                    caller.failure(
                            "csi.v1.Controller",
                            "CreateSnapshot",
                            CreateVolumeRequest.getDefaultInstance(),
                            CreateVolumeResponse.getDefaultInstance());

            assertThat(noName)
                    .isEqualTo(
                            new GrpcCaller.Failed(GrpcStatus.INVALID_ARGUMENT, "name is missing"));
            assertThat(percent.message()).startsWith("parameters has \"100% \"größe\"\"");
            assertThat(notServed.status()).isEqualTo(GrpcStatus.UNIMPLEMENTED);
        }
    }

    @Test
    void healthAndMetricsAreServed() throws Exception {
        try (Plugin plugin = Plugin.start(directory, BTRFS);
                GrpcCaller caller = new GrpcCaller(plugin.socket(), "localhost")) {
            caller.call(
                    "csi.v1.Controller",
                    "CreateVolume",
                    create("a"),
                    CreateVolumeResponse.getDefaultInstance());

            assertThat(get(plugin, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(plugin, "/metrics").body())
                    .contains(
                            "cistern_csi_calls_seconds_count{method=\"CreateVolume\",status=\"OK\"}"
                                    + " 1")
                    .contains("cistern_csi_pool_available_bytes");
            assertThat(get(plugin, "/").statusCode()).isEqualTo(404);
        }
    }

    private static HttpResponse<String> get(Plugin plugin, String path)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + plugin.httpPort() + path);
            return client.send(
                    HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void aPodGoesOnWritingWhileThePluginDiesAndComesBack() throws Exception {
        Path target = Files.createDirectories(directory.resolve("pods")).resolve("mount");
        Plugin first = Plugin.start(directory, BTRFS);
        try (GrpcCaller caller = new GrpcCaller(first.socket(), "localhost")) {
            caller.call(
                    "csi.v1.Controller",
                    "CreateVolume",
                    create("a"),
                    CreateVolumeResponse.getDefaultInstance());
            publish(caller, target);
        }
        try (FileChannel file =
                FileChannel.open(
                        target.resolve("f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            first.kill();
            file.write(java.nio.ByteBuffer.wrap(new byte[1000]));
            try (Plugin second = Plugin.start(directory, BTRFS);
                    GrpcCaller caller = new GrpcCaller(second.socket(), "localhost")) {
                publish(caller, target);
                file.write(java.nio.ByteBuffer.wrap(new byte[1000]));
                GrpcCaller.Failed inUse =
                        caller.failure(
                                "csi.v1.Controller",
                                "DeleteVolume",
                                DeleteVolumeRequest.newBuilder().setVolumeId("a").build(),
                                DeleteVolumeResponse.getDefaultInstance());

                assertThat(inUse.status()).isEqualTo(GrpcStatus.FAILED_PRECONDITION);
                assertThat(directory.resolve("pool/pool/volumes/a/f")).hasSize(2000);
            }
        }
    }

    private static void publish(GrpcCaller caller, Path target) throws Exception {
        caller.call(
                "csi.v1.Node",
                "NodePublishVolume",
                NodePublishVolumeRequest.newBuilder()
                        .setVolumeId("a")
                        .setTargetPath(target.toString())
                        .setVolumeCapability(capability())
                        .build(),
                NodePublishVolumeResponse.getDefaultInstance());
    }

    /// Kills the plugin at a random moment while volumes are created and deleted; after each restart every volume whose
    /// creation was confirmed exists, every one whose deletion was confirmed does not, and nothing else is left.
    @Test
    void killedAtAnyMomentItKeepsWhatItAnsweredFor() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> kept = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            String prefix = "r" + round + "-";
            try (Plugin plugin = Plugin.start(directory, BTRFS)) {
                assertThat(volumes(plugin)).as("seed %d, round %d", seed, round).containsAll(kept);
                Thread killer =
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            try {
                                                Thread.sleep(200 + random.nextInt(600));
                                                plugin.kill();
                                            } catch (InterruptedException e) {
                                                Thread.currentThread().interrupt();
                                            }
                                        });
                kept.addAll(makeAndRemoveUntilItDies(plugin, prefix));
                killer.join();
            }
        }
        try (Plugin plugin = Plugin.start(directory, BTRFS)) {
            List<String> found = volumes(plugin);

            assertThat(found).as("seed %d", seed).containsAll(kept);
            // At most the one volume of each round whose response was lost.
            assertThat(found.size() - kept.size()).as("seed %d", seed).isBetween(0, 4);
            assertThat(names("volumes")).as("seed %d", seed).containsExactlyElementsOf(found);
            assertThat(names("staging")).isEmpty();
        }
    }

    private static List<String> makeAndRemoveUntilItDies(Plugin plugin, String prefix) {
        List<String> alive = new ArrayList<>();
        try (GrpcCaller caller = new GrpcCaller(plugin.socket(), "localhost")) {
            for (int i = 0; i < 500; i++) {
                String name = prefix + i;
                caller.call(
                        "csi.v1.Controller",
                        "CreateVolume",
                        create(name),
                        CreateVolumeResponse.getDefaultInstance());
                if (i % 20 == 0) {
                    alive.add(name);
                    continue;
                }
                caller.call(
                        "csi.v1.Controller",
                        "DeleteVolume",
                        DeleteVolumeRequest.newBuilder().setVolumeId(name).build(),
                        DeleteVolumeResponse.getDefaultInstance());
            }
        } catch (Exception e) {
            // The kill; unconfirmed calls do not count.
            return alive;
        }
        return alive;
    }

    private static List<String> volumes(Plugin plugin) throws Exception {
        try (GrpcCaller caller = new GrpcCaller(plugin.socket(), "localhost")) {
            return caller
                    .call(
                            "csi.v1.Controller",
                            "ListVolumes",
                            ListVolumesRequest.getDefaultInstance(),
                            ListVolumesResponse.getDefaultInstance())
                    .getEntriesList()
                    .stream()
                    .map(e -> e.getVolume().getVolumeId())
                    .toList();
        }
    }

    private List<String> names(String below) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("pool/pool").resolve(below))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
