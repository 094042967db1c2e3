package dev.cistern.csi.volume;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The volumes of one node. Implementations are safe for use by several threads; two calls for one volume are kept apart by the caller
/// (`VolumeLocks`). Every call may throw [VolumeFailure].
public interface VolumePool {

    /// Whether a volume's size bounds what can be written to it.
    boolean enforcesSizes();

    /// The volume of that name. One that exists already is returned when its size is within `size`.
    ///
    /// @throws VolumeFailure.AlreadyExists when it exists with another size
    /// @throws VolumeFailure.NoSpace when the pool has no room for it
    Volume create(String name, VolumeSize size);

    /// Removes a volume and what is in it; one that is not there is fine.
    void delete(VolumeId id);

    /// The volume of that id, if there is one.
    ///
    /// @throws VolumeFailure.Broken when it has content but no record that can be read
    Optional<Volume> find(VolumeId id);

    /// All volumes, ordered by id.
    List<Volume> list();

    PoolCapacity capacity();

    VolumeUsage usage(Volume volume);

    /// Content of removed volumes that could not be cleared away so far, with the reason of each.
    Map<Path, String> leftovers();

    /// The directory with the volume's content.
    Path path(VolumeId id);

    /// Returns if the pool can be written to.
    ///
    /// @throws VolumeFailure.Broken when it cannot
    void check();
}
