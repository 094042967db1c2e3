package dev.cistern.csi.rpc;

import com.google.protobuf.Int64Value;
import dev.cistern.csi.mount.Mounter;
import dev.cistern.csi.proto.ControllerGetCapabilitiesRequest;
import dev.cistern.csi.proto.ControllerGetCapabilitiesResponse;
import dev.cistern.csi.proto.ControllerServiceCapability;
import dev.cistern.csi.proto.CreateVolumeRequest;
import dev.cistern.csi.proto.CreateVolumeResponse;
import dev.cistern.csi.proto.DeleteVolumeRequest;
import dev.cistern.csi.proto.DeleteVolumeResponse;
import dev.cistern.csi.proto.GetCapacityRequest;
import dev.cistern.csi.proto.GetCapacityResponse;
import dev.cistern.csi.proto.ListVolumesRequest;
import dev.cistern.csi.proto.ListVolumesResponse;
import dev.cistern.csi.proto.TopologyRequirement;
import dev.cistern.csi.proto.ValidateVolumeCapabilitiesRequest;
import dev.cistern.csi.proto.ValidateVolumeCapabilitiesResponse;
import dev.cistern.csi.volume.PoolCapacity;
import dev.cistern.csi.volume.Volume;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.csi.volume.VolumeLocks;
import dev.cistern.csi.volume.VolumePool;
import dev.cistern.csi.volume.VolumeSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Creates and deletes the volumes of this node.
public final class ControllerService {

    /// CSI's limit of a name, in bytes; Kubernetes' names are shorter and ASCII.
    private static final int NAME_CHARACTERS = 128;

    /// Prefix of parameters that the provisioner adds to a StorageClass's if configured to.
    private static final String METADATA_PREFIX = "csi.storage.k8s.io/";

    private static final String TOKEN_PREFIX = "after=";

    private final Driver driver;
    private final VolumePool pool;
    private final Mounter mounter;
    private final VolumeLocks locks;
    private final Runnable removed;

    /// @param removed called after a volume was removed, to delete its content soon
    public ControllerService(
            Driver driver, VolumePool pool, Mounter mounter, VolumeLocks locks, Runnable removed) {
        this.driver = driver;
        this.pool = pool;
        this.mounter = mounter;
        this.locks = locks;
        this.removed = removed;
    }

    CreateVolumeResponse create(CreateVolumeRequest request, Call call) {
        String name = Requests.required("name", request.getName());
        if (name.length() > NAME_CHARACTERS) {
            throw new VolumeFailure.InvalidArgument(
                    "name", "has more than " + NAME_CHARACTERS + " characters");
        }
        Capabilities.checkAll(request.getVolumeCapabilitiesList());
        if (request.hasVolumeContentSource()) {
            throw new VolumeFailure.InvalidArgument(
                    "volume_content_source", "is not supported: volumes are made empty");
        }
        checkParameters(request.getParametersMap());
        checkTopology(request.getAccessibilityRequirements());
        VolumeSize size = size(request);
        try (var _ = locks.hold(VolumeId.ofName(name), call.timeout())) {
            return CreateVolumeResponse.newBuilder()
                    .setVolume(message(pool.create(name, size)))
                    .build();
        }
    }

    private static VolumeSize size(CreateVolumeRequest request) {
        return new VolumeSize(
                request.getCapacityRange().getRequiredBytes(),
                request.getCapacityRange().getLimitBytes());
    }

    private static void checkParameters(Map<String, String> parameters) {
        for (String key : parameters.keySet()) {
            if (!key.startsWith(METADATA_PREFIX)) {
                throw new VolumeFailure.InvalidArgument(
                        "parameters", "has \"" + key + "\"; " + Driver.NAME + " has no parameters");
            }
        }
    }

    private void checkTopology(TopologyRequirement requirement) {
        if (requirement.getRequisiteCount() > 0
                && requirement.getRequisiteList().stream().noneMatch(driver::isAt)) {
            throw new VolumeFailure.NoSpace(
                    "accessibility_requirements.requisite does not have this node, "
                            + driver.node());
        }
    }

    DeleteVolumeResponse delete(DeleteVolumeRequest request, Call call) {
        // An invalid id is a volume that does not exist, so deletion succeeds.
        VolumeId.parse(Requests.required("volume_id", request.getVolumeId()))
                .ifPresent(id -> delete(id, call));
        return DeleteVolumeResponse.getDefaultInstance();
    }

    private void delete(VolumeId id, Call call) {
        try (var _ = locks.hold(id, call.timeout())) {
            List<Path> mounts = mounter.published(pool.path(id));
            if (!mounts.isEmpty()) {
                throw new VolumeFailure.Conflict(
                        "volume_id " + id + " is in use at " + mounts.getFirst());
            }
            pool.delete(id);
        }
        removed.run();
    }

    ValidateVolumeCapabilitiesResponse validate(
            ValidateVolumeCapabilitiesRequest request, Call call) {
        Requests.required("volume_id", request.getVolumeId());
        if (request.getVolumeCapabilitiesList().isEmpty()) {
            throw new VolumeFailure.InvalidArgument("volume_capabilities", "is missing");
        }
        Requests.volume(pool, Requests.id(request.getVolumeId()));
        try {
            Capabilities.checkAll(request.getVolumeCapabilitiesList());
            checkParameters(request.getParametersMap());
        } catch (VolumeFailure.InvalidArgument e) {
            return ValidateVolumeCapabilitiesResponse.newBuilder()
                    .setMessage(e.getMessage())
                    .build();
        }
        return ValidateVolumeCapabilitiesResponse.newBuilder()
                .setConfirmed(
                        ValidateVolumeCapabilitiesResponse.Confirmed.newBuilder()
                                .putAllVolumeContext(request.getVolumeContextMap())
                                .addAllVolumeCapabilities(request.getVolumeCapabilitiesList())
                                .putAllParameters(request.getParametersMap()))
                .build();
    }

    ListVolumesResponse list(ListVolumesRequest request, Call call) {
        if (request.getMaxEntries() < 0) {
            throw new VolumeFailure.InvalidArgument(
                    "max_entries", "is negative: " + request.getMaxEntries());
        }
        // A page starts after the last id of the previous page, so that creations and deletions do
        // not shift it.
        Optional<VolumeId> after = pageStart(request.getStartingToken());
        List<Volume> rest =
                pool.list().stream()
                        .filter(v -> after.isEmpty() || v.id().compareTo(after.get()) > 0)
                        .toList();
        int count =
                request.getMaxEntries() == 0
                        ? rest.size()
                        : Math.min(rest.size(), request.getMaxEntries());
        ListVolumesResponse.Builder response = ListVolumesResponse.newBuilder();
        rest.subList(0, count)
                .forEach(
                        v ->
                                response.addEntries(
                                        ListVolumesResponse.Entry.newBuilder()
                                                .setVolume(message(v))));
        if (count < rest.size()) {
            response.setNextToken(TOKEN_PREFIX + rest.get(count - 1).id());
        }
        return response.build();
    }

    private static Optional<VolumeId> pageStart(String token) {
        if (token.isEmpty()) {
            return Optional.empty();
        }
        Optional<VolumeId> after =
                token.startsWith(TOKEN_PREFIX)
                        ? VolumeId.parse(token.substring(TOKEN_PREFIX.length()))
                        : Optional.empty();
        if (after.isEmpty()) {
            throw new VolumeFailure.Pending(
                    "starting_token "
                            + token
                            + " is none that this driver gave: list from the start");
        }
        return after;
    }

    GetCapacityResponse capacity(GetCapacityRequest request, Call call) {
        if (!driver.isAt(request.getAccessibleTopology()) || !isSupported(request)) {
            return GetCapacityResponse.getDefaultInstance();
        }
        PoolCapacity capacity = pool.capacity();
        return GetCapacityResponse.newBuilder()
                .setAvailableCapacity(capacity.available())
                .setMaximumVolumeSize(Int64Value.of(capacity.largestVolume()))
                .setMinimumVolumeSize(Int64Value.of(VolumeSize.MINIMUM_BYTES))
                .build();
    }

    private static boolean isSupported(GetCapacityRequest request) {
        try {
            if (request.getVolumeCapabilitiesCount() > 0) {
                Capabilities.checkAll(request.getVolumeCapabilitiesList());
            }
            checkParameters(request.getParametersMap());
            return true;
        } catch (VolumeFailure.InvalidArgument e) {
            return false;
        }
    }

    ControllerGetCapabilitiesResponse capabilities(
            ControllerGetCapabilitiesRequest request, Call call) {
        return ControllerGetCapabilitiesResponse.newBuilder()
                .addCapabilities(
                        capability(ControllerServiceCapability.RPC.Type.CREATE_DELETE_VOLUME))
                .addCapabilities(capability(ControllerServiceCapability.RPC.Type.LIST_VOLUMES))
                .addCapabilities(capability(ControllerServiceCapability.RPC.Type.GET_CAPACITY))
                .addCapabilities(
                        capability(ControllerServiceCapability.RPC.Type.SINGLE_NODE_MULTI_WRITER))
                .build();
    }

    private static ControllerServiceCapability capability(
            ControllerServiceCapability.RPC.Type type) {
        return ControllerServiceCapability.newBuilder()
                .setRpc(ControllerServiceCapability.RPC.newBuilder().setType(type))
                .build();
    }

    private dev.cistern.csi.proto.Volume message(Volume volume) {
        return dev.cistern.csi.proto.Volume.newBuilder()
                .setVolumeId(volume.id().value())
                .setCapacityBytes(volume.bytes())
                .putVolumeContext("enforced", Boolean.toString(pool.enforcesSizes()))
                .addAccessibleTopology(driver.topology())
                .build();
    }
}
