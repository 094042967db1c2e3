package dev.cistern.csi.rpc;

import dev.cistern.csi.proto.registration.InfoRequest;
import dev.cistern.csi.proto.registration.PluginInfo;
import dev.cistern.csi.proto.registration.RegistrationStatus;
import dev.cistern.csi.proto.registration.RegistrationStatusResponse;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Registers the driver with kubelet, which watches its plugin directory for sockets.
public final class RegistrationService {

    private static final Logger LOG = LoggerFactory.getLogger(RegistrationService.class);

    private final Path csiSocket;

    /// @param csiSocket the socket of the CSI calls, as kubelet sees it
    public RegistrationService(Path csiSocket) {
        this.csiSocket = csiSocket;
    }

    PluginInfo info(InfoRequest request, Call call) {
        return PluginInfo.newBuilder()
                .setType("CSIPlugin")
                .setName(Driver.NAME)
                .setEndpoint(csiSocket.toString())
                .addSupportedVersions("1.0.0")
                .build();
    }

    RegistrationStatusResponse status(RegistrationStatus status, Call call) {
        if (status.getPluginRegistered()) {
            LOG.info("kubelet has registered the driver");
        } else {
            // Kubelet retries by itself.
            LOG.atError()
                    .addKeyValue("error", status.getError())
                    .log("kubelet has not registered the driver");
        }
        return RegistrationStatusResponse.getDefaultInstance();
    }
}
