package dev.cistern.csi.pool;

import dev.cistern.csi.linux.Btrfs;
import dev.cistern.csi.volume.VolumeUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Volumes as subvolumes of a btrfs, each bounded by a quota group.
///
/// What is charged to the group is file data and the subvolume's own metadata. A volume's group gets an allowance above its
/// size for the latter, so that a volume of 1 GiB holds a file of 1 GiB.
final class BtrfsBacking implements Backing {

    /// The first tree blocks and what a transaction reserves while it runs.
    private static final long ALLOWANCE_BASE_BYTES = 4L << 20;

    /// Extent and directory items are some 500 bytes for each file: 1/128 of 64 KiB.
    private static final long ALLOWANCE_DIVISOR = 128;

    /// Left to metadata that no group pays for (checksums, extents, both copies of each): a sixteenth, at least 512 MiB, but
    /// never more than a quarter of a small pool.
    private static final long RESERVE_DIVISOR = 16;

    private static final long RESERVE_MINIMUM_BYTES = 512L << 20;

    private final Path root;
    private final Btrfs btrfs;
    private final @Nullable Path image;

    /// @param image the file that holds the file system, or null when that has a device of its own
    BtrfsBacking(Path root, Btrfs btrfs, @Nullable Path image) {
        this.root = root;
        this.btrfs = btrfs;
        this.image = image;
    }

    @Override
    public boolean enforcesSizes() {
        return true;
    }

    @Override
    public long footprint(long sizeBytes) {
        return sizeBytes + sizeBytes / ALLOWANCE_DIVISOR + ALLOWANCE_BASE_BYTES;
    }

    @Override
    public long sizeWithin(long bytes) {
        long size = (bytes - ALLOWANCE_BASE_BYTES) / (ALLOWANCE_DIVISOR + 1) * ALLOWANCE_DIVISOR;
        return size / 4096 * 4096;
    }

    @Override
    public void make(Path path, long sizeBytes) throws IOException {
        btrfs.createSubvolume(path, footprint(sizeBytes));
    }

    @Override
    public void destroy(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && Btrfs.isSubvolume(path)) {
            btrfs.destroySubvolume(path);
            // The commit wakes the kernel's cleaner, which gives the space back.
            btrfs.startCommit();
        } else {
            FileTrees.delete(path);
        }
    }

    @Override
    public OptionalLong sizeOf(Path path) throws IOException {
        return OptionalLong.of(sizeWithin(btrfs.limitBytes(path)));
    }

    @Override
    public VolumeUsage usage(Path path, long sizeBytes) throws IOException {
        long used = btrfs.usedBytes(path);
        long unwritten = Math.max(0, btrfs.limitBytes(path) - used);
        return new VolumeUsage(
                sizeBytes,
                used,
                Math.min(Math.max(0, sizeBytes - used), Math.min(unwritten, freeBytes())));
    }

    @Override
    public long totalBytes() {
        long total = root.toFile().getTotalSpace();
        return total
                - Math.max(total / RESERVE_DIVISOR, Math.min(RESERVE_MINIMUM_BYTES, total / 4));
    }

    @Override
    public long unclaimedBytes(long promisedBytes, List<Path> volumes) {
        long used = 0;
        for (Path volume : volumes) {
            try {
                used += btrfs.usedBytes(volume);
            } catch (IOException e) {
                // Gone meanwhile, or not whole: then it counts as not written yet, which errs on
                // the safe side.
                continue;
            }
        }
        return freeBytes() - Math.max(0, promisedBytes - used);
    }

    private long freeBytes() {
        // An image is ours alone, and what its file system reports lags behind deletions: there the
        // host's disk is the bound.
        return (image == null ? root : image).toFile().getUsableSpace();
    }

    @Override
    public void tidy() throws IOException {
        btrfs.removeStaleLimits();
    }
}
