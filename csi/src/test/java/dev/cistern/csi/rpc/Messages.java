package dev.cistern.csi.rpc;

import dev.cistern.csi.proto.CapacityRange;
import dev.cistern.csi.proto.CreateVolumeRequest;
import dev.cistern.csi.proto.NodePublishVolumeRequest;
import dev.cistern.csi.proto.VolumeCapability;
import java.time.Duration;

/// Requests as kubelet and the provisioner make them.
final class Messages {

    static final Call CALL = new Call(Duration.ofSeconds(1));

    private Messages() {}

    static VolumeCapability.Builder capability(
            VolumeCapability.AccessMode.Mode mode, String... flags) {
        VolumeCapability.MountVolume.Builder mount = VolumeCapability.MountVolume.newBuilder();
        mount.addAllMountFlags(java.util.List.of(flags));
        return VolumeCapability.newBuilder()
                .setMount(mount)
                .setAccessMode(VolumeCapability.AccessMode.newBuilder().setMode(mode));
    }

    static CreateVolumeRequest.Builder create(String name, long bytes) {
        return CreateVolumeRequest.newBuilder()
                .setName(name)
                .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(bytes))
                .addVolumeCapabilities(
                        capability(VolumeCapability.AccessMode.Mode.SINGLE_NODE_WRITER));
    }

    static NodePublishVolumeRequest.Builder publish(String id, String target) {
        return NodePublishVolumeRequest.newBuilder()
                .setVolumeId(id)
                .setTargetPath(target)
                .setVolumeCapability(
                        capability(VolumeCapability.AccessMode.Mode.SINGLE_NODE_WRITER));
    }
}
