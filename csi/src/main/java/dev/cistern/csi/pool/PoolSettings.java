package dev.cistern.csi.pool;

import java.nio.file.Path;

/// What an operator chooses about the pool.
///
/// @param directory where it is kept
/// @param overcommitPercent how much of the pool may be promised to volumes, 100 to 1000
public record PoolSettings(Path directory, Kind kind, ImageSize imageSize, int overcommitPercent) {

    /// How volumes are kept.
    public enum Kind {
        /// btrfs where it can be had, plain directories elsewhere.
        AUTO,
        BTRFS,
        DIRECTORY
    }

    /// How large a pool's image is.
    public sealed interface ImageSize {

        /// @param percent of the disk's free space when the image is made, 1 to 100
        record OfFreeSpace(int percent) implements ImageSize {

            /// Above this a share of a big disk is more likely an oversight than a wish.
            private static final long CAP_BYTES = 1L << 40;

            /// The size in bytes on a disk with this many bytes free, in whole MiB.
            public long bytes(long freeBytes) {
                return Math.min(CAP_BYTES, freeBytes / 100 * percent) >> 20 << 20;
            }
        }

        /// @param bytes at least 256 MiB
        record Exactly(long bytes) implements ImageSize {}
    }
}
