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

/// Volumes as subvolumes of a btrfs, each limited by a quota group.
///
/// File data and the subvolume's own metadata are charged to the group. A volume's group gets an allowance above its
/// size for the latter, so that a volume of 1 GiB can hold a file of 1 GiB.
final class BtrfsBacking implements Backing {

    /// The first tree blocks, and the reservation of a running transaction.
    private static final long ALLOWANCE_BASE_BYTES = 4L << 20;

    /// Extent and directory items are some 500 bytes for each file: 1/128 of 64 KiB.
    private static final long ALLOWANCE_DIVISOR = 128;

    /// Reserved for metadata that is charged to no group (checksums, extents, both copies of each): a sixteenth, at
    /// least 512 MiB, but never more than a quarter of a small pool.
    private static final long RESERVE_DIVISOR = 16;

    private static final long RESERVE_MINIMUM_BYTES = 512L << 20;

    private final Path root;
    private final Btrfs btrfs;
    private final @Nullable Path image;

    /// @param image the file that contains the file system, or null when it has its own device
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
            // The commit wakes the kernel's cleaner, which frees the space.
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
                // Removed meanwhile, or incomplete: count it as not written yet, which is the safe
                // assumption.
                continue;
            }
        }
        return freeBytes() - Math.max(0, promisedBytes - used);
    }

    private long freeBytes() {
        // An image is ours alone, and its file system's free space lags behind deletions: here the
        // host's disk is the
        // limit.
        return (image == null ? root : image).toFile().getUsableSpace();
    }

    @Override
    public void tidy() throws IOException {
        btrfs.removeStaleLimits();
    }
}
