package dev.cistern.populate.target;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Properties of the target's file system.
final class FileSystemProperties {
    /// File systems that do direct I/O at the disk's speed. Others are slow at it (over a network), copy all the same
    /// (btrfs, for its checksums), or do not support it.
    private static final Set<String> BYPASS = Set.of("ext4", "xfs");

    /// Default of the mount option `max_inline`.
    private static final long BTRFS_INLINE_BYTES = 2048;

    private final Path root;
    private volatile @Nullable FileStore store;
    private volatile int directBlock = -1;

    FileSystemProperties(Path root) {
        this.root = root;
    }

    /// Cached, because finding it reads the list of all mounts.
    private FileStore store() throws IOException {
        FileStore found = store;
        if (found == null) {
            found = Files.getFileStore(root);
            store = found;
        }
        return found;
    }

    /// Such as `ext4`; empty where it is unknown.
    String type() {
        try {
            return store().type();
        } catch (IOException e) {
            return "";
        }
    }

    long freeBytes() throws IOException {
        return store().getUsableSpace();
    }

    long blockSize() {
        try {
            return Math.max(512, store().getBlockSize());
        } catch (IOException | UnsupportedOperationException e) {
            return 4096;
        }
    }

    /// Up to this size files need no blocks of their own.
    long inlineBytes() {
        return type().equals("btrfs") ? BTRFS_INLINE_BYTES : 0;
    }

    /// Whether large files are written with direct I/O.
    boolean bypassesCache() throws IOException {
        return BYPASS.contains(store().type());
    }

    /// Block size of direct I/O, in bytes; 0 where it is not used. Cached, because it takes a system call.
    int directBlock() throws IOException {
        int found = directBlock;
        if (found < 0) {
            found = bypassesCache() ? (int) blockSize() : 0;
            directBlock = found;
        }
        return found;
    }
}
