package dev.cistern.csi.rpc;

import dev.cistern.csi.mount.Mounter;
import dev.cistern.csi.proto.NodeGetCapabilitiesRequest;
import dev.cistern.csi.proto.NodeGetCapabilitiesResponse;
import dev.cistern.csi.proto.NodeGetInfoRequest;
import dev.cistern.csi.proto.NodeGetInfoResponse;
import dev.cistern.csi.proto.NodeGetVolumeStatsRequest;
import dev.cistern.csi.proto.NodeGetVolumeStatsResponse;
import dev.cistern.csi.proto.NodePublishVolumeRequest;
import dev.cistern.csi.proto.NodePublishVolumeResponse;
import dev.cistern.csi.proto.NodeServiceCapability;
import dev.cistern.csi.proto.NodeUnpublishVolumeRequest;
import dev.cistern.csi.proto.NodeUnpublishVolumeResponse;
import dev.cistern.csi.proto.VolumeCondition;
import dev.cistern.csi.proto.VolumeUsage;
import dev.cistern.csi.volume.Volume;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.csi.volume.VolumeLocks;
import dev.cistern.csi.volume.VolumePool;
import dev.cistern.linux.Mounts;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Mounts volumes for the pods of this node.
public final class NodeService {

    private final Driver driver;
    private final VolumePool pool;
    private final Mounter mounter;
    private final VolumeLocks locks;

    public NodeService(Driver driver, VolumePool pool, Mounter mounter, VolumeLocks locks) {
        this.driver = driver;
        this.pool = pool;
        this.mounter = mounter;
        this.locks = locks;
    }

    NodePublishVolumeResponse publish(NodePublishVolumeRequest request, Call call) {
        Requests.required("volume_id", request.getVolumeId());
        Path target = Requests.path("target_path", request.getTargetPath());
        if (!request.hasVolumeCapability()) {
            throw new VolumeFailure.InvalidArgument("volume_capability", "is missing");
        }
        Capabilities.Wanted wanted =
                Capabilities.check("volume_capability", request.getVolumeCapability());
        Set<Mounts.Option> options = EnumSet.noneOf(Mounts.Option.class);
        options.addAll(wanted.options());
        if (request.getReadonly()) {
            options.add(Mounts.Option.RO);
        }
        VolumeId id = Requests.id(request.getVolumeId());
        try (var _ = locks.hold(id, call.timeout())) {
            Path source = pool.path(Requests.volume(pool, id).id());
            if (wanted.exclusive()) {
                checkAlone(id, source, target);
            }
            mounter.publish(source, target, options);
        }
        return NodePublishVolumeResponse.getDefaultInstance();
    }

    private void checkAlone(VolumeId id, Path source, Path target) {
        for (Path other : mounter.published(source)) {
            if (!other.equals(target)) {
                throw new VolumeFailure.Conflict(
                        "volume_id %s may be mounted once only (ReadWriteOncePod) and is mounted at %s"
                                .formatted(id, other));
            }
        }
    }

    NodeUnpublishVolumeResponse unpublish(NodeUnpublishVolumeRequest request, Call call) {
        Requests.required("volume_id", request.getVolumeId());
        Path target = Requests.path("target_path", request.getTargetPath());
        VolumeId id = Requests.id(request.getVolumeId());
        try (var _ = locks.hold(id, call.timeout())) {
            // The mount has to be removed even if the volume no longer exists.
            mounter.unpublish(id, target);
        }
        return NodeUnpublishVolumeResponse.getDefaultInstance();
    }

    NodeGetVolumeStatsResponse stats(NodeGetVolumeStatsRequest request, Call call) {
        Requests.required("volume_id", request.getVolumeId());
        String path = Requests.required("volume_path", request.getVolumePath());
        Volume volume = Requests.volume(pool, Requests.id(request.getVolumeId()));
        List<Path> mounts = mounter.published(pool.path(volume.id()));
        if (mounts.stream().noneMatch(mount -> mount.toString().equals(path))) {
            throw new VolumeFailure.NotFound(
                    "volume_path " + path + " does not have volume " + volume.id() + " mounted");
        }
        dev.cistern.csi.volume.VolumeUsage usage = pool.usage(volume);
        return NodeGetVolumeStatsResponse.newBuilder()
                .addUsage(
                        VolumeUsage.newBuilder()
                                .setUnit(VolumeUsage.Unit.BYTES)
                                .setTotal(usage.total())
                                .setUsed(usage.used())
                                .setAvailable(usage.available()))
                .setVolumeCondition(condition())
                .build();
    }

    private VolumeCondition condition() {
        try {
            pool.check();
            return VolumeCondition.newBuilder().setMessage("the pool can be written to").build();
        } catch (VolumeFailure.Broken e) {
            return VolumeCondition.newBuilder()
                    .setAbnormal(true)
                    .setMessage(e.getMessage())
                    .build();
        }
    }

    NodeGetCapabilitiesResponse capabilities(NodeGetCapabilitiesRequest request, Call call) {
        return NodeGetCapabilitiesResponse.newBuilder()
                .addCapabilities(capability(NodeServiceCapability.RPC.Type.GET_VOLUME_STATS))
                .addCapabilities(capability(NodeServiceCapability.RPC.Type.VOLUME_CONDITION))
                .addCapabilities(
                        capability(NodeServiceCapability.RPC.Type.SINGLE_NODE_MULTI_WRITER))
                .build();
    }

    NodeGetInfoResponse info(NodeGetInfoRequest request, Call call) {
        return NodeGetInfoResponse.newBuilder()
                .setNodeId(driver.node())
                .setAccessibleTopology(driver.topology())
                .build();
    }

    private static NodeServiceCapability capability(NodeServiceCapability.RPC.Type type) {
        return NodeServiceCapability.newBuilder()
                .setRpc(NodeServiceCapability.RPC.newBuilder().setType(type))
                .build();
    }
}
