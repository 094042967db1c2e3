package dev.cistern.csi.rpc;

import dev.cistern.csi.proto.VolumeCapability;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.linux.Mounts;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Checks volume capabilities.
final class Capabilities {

    /// Mount flags that are the default anyway.
    private static final Set<String> NEUTRAL_FLAGS =
            Set.of("rw", "suid", "dev", "exec", "relatime", "defaults");

    private Capabilities() {}

    /// How a volume is to be mounted.
    ///
    /// @param exclusive whether it may be mounted at one path only
    record Wanted(boolean exclusive, Set<Mounts.Option> options) {}

    /// @param field path of the capability in the request
    /// @throws VolumeFailure.InvalidArgument when it is not supported
    static Wanted check(String field, VolumeCapability capability) {
        switch (capability.getAccessTypeCase()) {
            case MOUNT -> {}
            case BLOCK ->
                    throw new VolumeFailure.InvalidArgument(
                            field + ".block",
                            "is not supported: volumes are directories, use volumeMode:"
                                    + " Filesystem");
            case ACCESSTYPE_NOT_SET ->
                    throw new VolumeFailure.InvalidArgument(field + ".access_type", "is missing");
        }
        EnumSet<Mounts.Option> options = options(field, capability.getMount());
        return switch (capability.getAccessMode().getMode()) {
            case SINGLE_NODE_WRITER, SINGLE_NODE_MULTI_WRITER -> new Wanted(false, options);
            case SINGLE_NODE_SINGLE_WRITER -> new Wanted(true, options);
            case SINGLE_NODE_READER_ONLY -> {
                options.add(Mounts.Option.RO);
                yield new Wanted(false, options);
            }
            case MULTI_NODE_READER_ONLY, MULTI_NODE_SINGLE_WRITER, MULTI_NODE_MULTI_WRITER ->
                    throw new VolumeFailure.InvalidArgument(
                            field + ".access_mode",
                            "is "
                                    + capability.getAccessMode().getMode()
                                    + ", but a volume is on one node: use ReadWriteOnce or"
                                    + " ReadWriteOncePod");
            case UNKNOWN, UNRECOGNIZED ->
                    throw new VolumeFailure.InvalidArgument(
                            field + ".access_mode", "is missing or unknown");
        };
    }

    /// @throws VolumeFailure.InvalidArgument when there are none, or one is not supported
    static void checkAll(List<VolumeCapability> capabilities) {
        if (capabilities.isEmpty()) {
            throw new VolumeFailure.InvalidArgument("volume_capabilities", "is missing");
        }
        for (int i = 0; i < capabilities.size(); i++) {
            check("volume_capabilities[" + i + "]", capabilities.get(i));
        }
    }

    private static EnumSet<Mounts.Option> options(
            String field, VolumeCapability.MountVolume mount) {
        EnumSet<Mounts.Option> options = EnumSet.noneOf(Mounts.Option.class);
        for (String flag : mount.getMountFlagsList()) {
            if (NEUTRAL_FLAGS.contains(flag)) {
                continue;
            }
            options.add(option(field, flag));
        }
        if (!mount.getVolumeMountGroup().isEmpty()) {
            throw new VolumeFailure.InvalidArgument(
                    field + ".mount.volume_mount_group",
                    "is not supported: kubelet sets the group itself");
        }
        return options;
    }

    private static Mounts.Option option(String field, String flag) {
        for (Mounts.Option option : Mounts.Option.values()) {
            if (option.name().toLowerCase(Locale.ROOT).equals(flag)) {
                return option;
            }
        }
        throw new VolumeFailure.InvalidArgument(
                field + ".mount.mount_flags",
                "has \""
                        + flag
                        + "\"; known are ro, rw, nosuid, nodev, noexec, noatime, nodiratime");
    }
}
