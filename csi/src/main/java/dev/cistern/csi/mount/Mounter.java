package dev.cistern.csi.mount;

import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.linux.Mounts;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Mounts directories at the paths that kubelet requests. Thread-safe; the caller serializes calls for one volume.
/// Every call may throw [VolumeFailure].
public interface Mounter {

    /// Mounts `source` at `target`, which is created if needed. Idempotent.
    ///
    /// @throws VolumeFailure.AlreadyExists when something else is at `target`, or the same with a different read-only
    ///     option
    void publish(Path source, Path target, Set<Mounts.Option> options);

    /// Unmounts and removes `target`. Idempotent.
    ///
    /// @throws VolumeFailure.Conflict when something else is mounted at `target`, or it is in use
    void unpublish(VolumeId id, Path target);

    /// The paths where `source` is mounted.
    List<Path> published(Path source);
}
