package dev.cistern.csi.rpc;

import static dev.cistern.csi.rpc.Messages.CALL;
import static dev.cistern.csi.rpc.Messages.capability;
import static dev.cistern.csi.rpc.Messages.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.csi.proto.NodeGetInfoRequest;
import dev.cistern.csi.proto.NodeGetVolumeStatsRequest;
import dev.cistern.csi.proto.NodeGetVolumeStatsResponse;
import dev.cistern.csi.proto.NodePublishVolumeRequest;
import dev.cistern.csi.proto.NodeUnpublishVolumeRequest;
import dev.cistern.csi.proto.VolumeCapability.AccessMode.Mode;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeLocks;
import dev.cistern.csi.volume.VolumeSize;
import dev.cistern.linux.Mounts;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeServiceTest {

    private final FakePool pool = new FakePool();
    private final FakeMounter mounter = new FakeMounter();
    private final NodeService service =
            new NodeService(new Driver("n1", "1"), pool, mounter, new VolumeLocks());

    @BeforeEach
    void givenAVolume() {
        pool.create("v", new VolumeSize(1 << 20, 0));
    }

    @Test
    void publishingMountsTheVolume() {
        service.publish(publish("v", "/pods/1").build(), CALL);

        assertThat(mounter.mounts)
                .containsEntry(
                        Path.of("/pods/1"),
                        new FakeMounter.Mounted(Path.of("/pool/volumes/v"), Set.of()));
    }

    @Test
    void optionsReachTheMount() {
        service.publish(publish("v", "/pods/1").setReadonly(true).build(), CALL);
        service.publish(
                publish("v", "/pods/2")
                        .setVolumeCapability(capability(Mode.SINGLE_NODE_READER_ONLY))
                        .build(),
                CALL);
        service.publish(
                publish("v", "/pods/3")
                        .setVolumeCapability(
                                capability(Mode.SINGLE_NODE_WRITER, "noexec", "rw", "nosuid"))
                        .build(),
                CALL);

        assertThat(options("/pods/1")).containsExactly(Mounts.Option.RO);
        assertThat(options("/pods/2")).containsExactly(Mounts.Option.RO);
        assertThat(options("/pods/3"))
                .containsExactlyInAnyOrder(Mounts.Option.NOEXEC, Mounts.Option.NOSUID);
    }

    private Set<Mounts.Option> options(String target) {
        return Objects.requireNonNull(mounter.mounts.get(Path.of(target)), target).options();
    }

    @Test
    void aVolumeForOnePodIsMountedOnce() {
        NodePublishVolumeRequest.Builder exclusive =
                publish("v", "/pods/1")
                        .setVolumeCapability(capability(Mode.SINGLE_NODE_SINGLE_WRITER));
        service.publish(exclusive.build(), CALL);
        service.publish(exclusive.build(), CALL);

        assertThatThrownBy(() -> service.publish(exclusive.setTargetPath("/pods/2").build(), CALL))
                .isInstanceOf(VolumeFailure.Conflict.class)
                .hasMessageContaining("/pods/1");
    }

    @Test
    void requestsThatCannotBeMetNameTheirField() {
        refused(publish("", "/pods/1"), "volume_id");
        refused(publish("v", ""), "target_path");
        refused(publish("v", "/pods/1").clearVolumeCapability(), "volume_capability");
        refused(
                publish("v", "/pods/1")
                        .setVolumeCapability(capability(Mode.MULTI_NODE_MULTI_WRITER)),
                "volume_capability.access_mode");
        assertThat(mounter.mounts).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pods/1", "/pods/../etc", "/pods/./1", "/", "/pods//\u0000"})
    void aTargetMustMeanItself(String target) {
        refused(publish("v", target), "target_path");
    }

    private void refused(NodePublishVolumeRequest.Builder request, String field) {
        assertThatThrownBy(() -> service.publish(request.build(), CALL))
                .isInstanceOf(VolumeFailure.InvalidArgument.class)
                .hasMessageContaining(field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"w", "../v", "v/../../etc"})
    void aVolumeThatIsNotThereIsNotFound(String id) {
        assertThatThrownBy(() -> service.publish(publish(id, "/pods/1").build(), CALL))
                .isInstanceOf(VolumeFailure.NotFound.class)
                .hasMessageContaining("volume_id");
    }

    @Test
    void aVolumeThatIsGoneCanStillBeUnpublished() {
        service.publish(publish("v", "/pods/1").build(), CALL);
        pool.delete(dev.cistern.csi.volume.VolumeId.ofName("v"));
        NodeUnpublishVolumeRequest request =
                NodeUnpublishVolumeRequest.newBuilder()
                        .setVolumeId("v")
                        .setTargetPath("/pods/1")
                        .build();

        service.unpublish(request, CALL);
        service.unpublish(request, CALL);

        assertThat(mounter.mounts).isEmpty();
    }

    @Test
    void statsAreThoseOfTheVolume() {
        service.publish(publish("v", "/pods/1").build(), CALL);

        NodeGetVolumeStatsResponse response = service.stats(stats("v", "/pods/1"), CALL);

        assertThat(response.getUsage(0).getTotal()).isEqualTo(1 << 20);
        assertThat(response.getUsage(0).getUsed()).isEqualTo(4096);
        assertThat(response.getVolumeCondition().getAbnormal()).isFalse();
    }

    @Test
    void aBrokenPoolIsTheVolumesCondition() {
        service.publish(publish("v", "/pods/1").build(), CALL);
        pool.broken = true;

        NodeGetVolumeStatsResponse response = service.stats(stats("v", "/pods/1"), CALL);

        assertThat(response.getVolumeCondition().getAbnormal()).isTrue();
        assertThat(response.getVolumeCondition().getMessage()).contains("disk on fire");
    }

    @Test
    void statsOfAPathWithoutTheVolumeAreNotFound() {
        assertThatThrownBy(() -> service.stats(stats("v", "/pods/1"), CALL))
                .isInstanceOf(VolumeFailure.NotFound.class)
                .hasMessageContaining("volume_path");
        assertThatThrownBy(() -> service.stats(stats("v", ""), CALL))
                .isInstanceOf(VolumeFailure.InvalidArgument.class);
    }

    private static NodeGetVolumeStatsRequest stats(String id, String path) {
        return NodeGetVolumeStatsRequest.newBuilder().setVolumeId(id).setVolumePath(path).build();
    }

    @Test
    void theNodeIsItsTopology() {
        assertThat(
                        service.info(NodeGetInfoRequest.getDefaultInstance(), CALL)
                                .getAccessibleTopology()
                                .getSegmentsMap())
                .containsExactly(java.util.Map.entry(Driver.NODE_KEY, "n1"));
    }
}
