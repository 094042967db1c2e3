package dev.cistern.csi.volume;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The volumes of one node. Implementations are thread-safe; the caller serializes calls for one volume
/// (`VolumeLocks`). Every call may throw [VolumeFailure].
public interface VolumePool {

    /// Whether a volume's size limits what can be written to it.
    boolean enforcesSizes();

    /// Creates a volume, or returns the existing one if its size is within `size`.
    ///
    /// @throws VolumeFailure.AlreadyExists when it exists with another size
    /// @throws VolumeFailure.NoSpace when the pool has no space for it
    Volume create(String name, VolumeSize size);

    /// Removes a volume and its content. Idempotent.
    void delete(VolumeId id);

    /// The volume of that id, if there is one.
    ///
    /// @throws VolumeFailure.Broken when it has content but no readable record
    Optional<Volume> find(VolumeId id);

    /// All volumes, ordered by id.
    List<Volume> list();

    PoolCapacity capacity();

    VolumeUsage usage(Volume volume);

    /// Content of removed volumes that could not be deleted so far, with the reason of each.
    Map<Path, String> leftovers();

    /// The directory with the volume's content.
    Path path(VolumeId id);

    /// Checks that the pool is writable.
    ///
    /// @throws VolumeFailure.Broken when it is not
    void check();
}
