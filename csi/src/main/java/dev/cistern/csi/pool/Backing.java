package dev.cistern.csi.pool;

import dev.cistern.csi.volume.VolumeUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// Storage of the content of a pool's volumes. All paths are below the pool's root.
interface Backing {

    /// Whether the size passed to [#make] limits what can be written.
    boolean enforcesSizes();

    /// Maximum space of the pool used by a volume of that size, in bytes.
    long footprint(long sizeBytes);

    /// The largest size whose [#footprint] is within `bytes`, or less than 1 when there is none.
    long sizeWithin(long bytes);

    /// Creates an empty directory for a volume.
    void make(Path path, long sizeBytes) throws IOException;

    /// Removes a directory created by [#make], with its content. Nested trees may be moved beside it, to be removed by
    /// further calls.
    void destroy(Path path) throws IOException;

    /// The size that a volume was created with; empty where the content does not show it.
    OptionalLong sizeOf(Path path) throws IOException;

    VolumeUsage usage(Path path, long sizeBytes) throws IOException;

    /// Maximum space of all volumes together, in bytes.
    long totalBytes() throws IOException;

    /// Free space of the disk, which others may also write to, minus what these volumes may still write, in bytes.
    ///
    /// @param promisedBytes the footprint of all volumes
    /// @param volumes their directories; some may have been removed meanwhile
    long unclaimedBytes(long promisedBytes, List<Path> volumes) throws IOException;

    /// Deletes what removed volumes left behind.
    void tidy() throws IOException;
}
