package dev.cistern.csi.pool;

import dev.cistern.csi.volume.VolumeUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// How a pool keeps the content of volumes. All paths are below the pool's root.
interface Backing {

    /// Whether what [#make] was told bounds what can be written.
    boolean enforcesSizes();

    /// The bytes of the pool that a volume of that size takes up at most.
    long footprint(long sizeBytes);

    /// The largest size whose [#footprint] is within `bytes`, or less than 1 when there is none.
    long sizeWithin(long bytes);

    /// Makes an empty directory for a volume.
    void make(Path path, long sizeBytes) throws IOException;

    /// Removes a directory that [#make] made, with all that is in it. Trees within it may be left beside it, to be removed by further calls.
    void destroy(Path path) throws IOException;

    /// The size that a volume was made with; empty where the content does not tell.
    OptionalLong sizeOf(Path path) throws IOException;

    VolumeUsage usage(Path path, long sizeBytes) throws IOException;

    /// The bytes that all volumes together may take up.
    long totalBytes() throws IOException;

    /// The bytes that the disk, which others may write to as well, has beyond what these volumes may still write.
    ///
    /// @param promisedBytes the footprint of all volumes
    /// @param volumes their directories; some may have gone meanwhile
    long unclaimedBytes(long promisedBytes, List<Path> volumes) throws IOException;

    /// Clears away what removed volumes left behind and what could not be cleared away with them.
    void tidy() throws IOException;
}
