package dev.cistern.csi.rpc;

import com.google.protobuf.BoolValue;
import dev.cistern.csi.proto.GetPluginCapabilitiesRequest;
import dev.cistern.csi.proto.GetPluginCapabilitiesResponse;
import dev.cistern.csi.proto.GetPluginInfoRequest;
import dev.cistern.csi.proto.GetPluginInfoResponse;
import dev.cistern.csi.proto.PluginCapability;
import dev.cistern.csi.proto.ProbeRequest;
import dev.cistern.csi.proto.ProbeResponse;
import dev.cistern.csi.volume.VolumePool;

/// The identity service.
public final class IdentityService {

    private final Driver driver;
    private final VolumePool pool;

    public IdentityService(Driver driver, VolumePool pool) {
        this.driver = driver;
        this.pool = pool;
    }

    GetPluginInfoResponse info(GetPluginInfoRequest request, Call call) {
        return GetPluginInfoResponse.newBuilder()
                .setName(Driver.NAME)
                .setVendorVersion(driver.version())
                .build();
    }

    GetPluginCapabilitiesResponse capabilities(GetPluginCapabilitiesRequest request, Call call) {
        return GetPluginCapabilitiesResponse.newBuilder()
                .addCapabilities(capability(PluginCapability.Service.Type.CONTROLLER_SERVICE))
                .addCapabilities(
                        capability(PluginCapability.Service.Type.VOLUME_ACCESSIBILITY_CONSTRAINTS))
                .build();
    }

    ProbeResponse probe(ProbeRequest request, Call call) {
        pool.check();
        return ProbeResponse.newBuilder().setReady(BoolValue.of(true)).build();
    }

    private static PluginCapability capability(PluginCapability.Service.Type type) {
        return PluginCapability.newBuilder()
                .setService(PluginCapability.Service.newBuilder().setType(type))
                .build();
    }
}
