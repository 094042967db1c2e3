package dev.cistern.csi.pool;

import java.nio.file.Path;

/// An operator's settings of the pool.
///
/// @param directory location of the pool
/// @param overcommitPercent how much of the pool may be reserved by volumes, 100 to 1000
public record PoolSettings(Path directory, Kind kind, ImageSize imageSize, int overcommitPercent) {

    /// How volumes are stored.
    public enum Kind {
        /// btrfs where available, else plain directories.
        AUTO,
        BTRFS,
        DIRECTORY
    }

    /// Size of a pool's image.
    public sealed interface ImageSize {

        /// @param percent of the disk's free space when the image is created, 1 to 100
        record OfFreeSpace(int percent) implements ImageSize {

            /// Cap, because a larger share of a big disk is more likely a mistake than intended.
            private static final long CAP_BYTES = 1L << 40;

            /// The size in bytes for a disk with this many free bytes, in whole MiB.
            public long bytes(long freeBytes) {
                return Math.min(CAP_BYTES, freeBytes / 100 * percent) >> 20 << 20;
            }
        }

        /// @param bytes at least 256 MiB
        record Exactly(long bytes) implements ImageSize {}
    }
}
