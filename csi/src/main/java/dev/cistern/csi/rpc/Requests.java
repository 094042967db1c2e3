package dev.cistern.csi.rpc;

import dev.cistern.csi.volume.Volume;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.csi.volume.VolumePool;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Checks shared by several calls.
final class Requests {

    /// Linux's limit of a path.
    private static final int PATH_CHARACTERS = 4095;

    private Requests() {}

    static String required(String field, String value) {
        if (value.isEmpty()) {
            throw new VolumeFailure.InvalidArgument(field, "is missing");
        }
        return value;
    }

    /// @throws VolumeFailure.InvalidArgument unless it is an absolute, normalized path
    static Path path(String field, String value) {
        required(field, value);
        try {
            Path path = Path.of(value);
            if (!path.isAbsolute()
                    || !path.normalize().equals(path)
                    || path.getParent() == null
                    || value.length() > PATH_CHARACTERS) {
                throw new VolumeFailure.InvalidArgument(
                        field, "is not an absolute path without . and ..: " + value);
            }
            return path;
        } catch (InvalidPathException e) {
            throw new VolumeFailure.InvalidArgument(field, "is not a path: " + e.getReason());
        }
    }

    /// @throws VolumeFailure.NotFound when no volume can have that id
    static VolumeId id(String value) {
        return VolumeId.parse(required("volume_id", value)).orElseThrow(() -> unknown(value));
    }

    static Volume volume(VolumePool pool, VolumeId id) {
        return pool.find(id).orElseThrow(() -> unknown(id.value()));
    }

    private static VolumeFailure.NotFound unknown(String id) {
        return new VolumeFailure.NotFound("volume_id " + id + " is not a volume of this node");
    }
}
