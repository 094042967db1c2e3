package dev.cistern.csi.mount;

import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.linux.Mounts;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Shows directories at the paths that kubelet wants them at. Safe for use by several threads; two calls for one volume are kept apart by the
/// caller. Every call may throw [VolumeFailure].
public interface Mounter {

    /// Shows `source` at `target`, which is made if it is not there. Doing so again is fine.
    ///
    /// @throws VolumeFailure.AlreadyExists when something else is at `target`, or the same with another read-only option
    void publish(Path source, Path target, Set<Mounts.Option> options);

    /// Ends what [#publish] began and removes `target`; nothing there is fine.
    ///
    /// @throws VolumeFailure.Conflict when something else is mounted at `target`, or it is in use
    void unpublish(VolumeId id, Path target);

    /// The paths that `source` is shown at.
    List<Path> published(Path source);
}
