package dev.cistern.csi.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Set;

/// Mounting and unmounting.
public final class Mounts {

    private static final long SYS_OPEN_TREE = 428;
    private static final long SYS_MOVE_MOUNT = 429;
    private static final long SYS_MOUNT_SETATTR = 442;

    private static final long OPEN_TREE_CLONE = 1;
    private static final long OPEN_TREE_CLOEXEC = Libc.O_CLOEXEC;
    private static final long MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final long AT_EMPTY_PATH = 0x1000;
    private static final int UMOUNT_NOFOLLOW = 8;
    private static final long MS_NOATIME = 1024;

    /// `struct mount_attr`: attr_set, attr_clr, propagation, userns_fd, 8 bytes each.
    private static final long MOUNT_ATTR_BYTES = 32;

    private static final long ATTR_ATIME_MASK = 0x70;

    private Mounts() {}

    /// What a bind mount may forbid or leave out, by the names that mount options have.
    public enum Option {
        RO(0x1),
        NOSUID(0x2),
        NODEV(0x4),
        NOEXEC(0x8),
        NOATIME(0x10),
        NODIRATIME(0x80);

        private final long attribute;

        Option(long attribute) {
            this.attribute = attribute;
        }
    }

    /// Shows the directory `source` at the directory `target`. The mount appears with its options or not at all, so a
    /// read-only one is never writable for a moment. Needs Linux 5.12.
    public static void bind(Path source, Path target, Set<Option> options) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment empty = arena.allocateFrom("");
            long tree =
                    Libc.syscall(
                            "open_tree " + source,
                            SYS_OPEN_TREE,
                            Libc.AT_FDCWD,
                            arena.allocateFrom(source.toString()),
                            OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC,
                            MemorySegment.NULL,
                            0);
            try (Libc.Fd fd = new Libc.Fd((int) tree)) {
                if (!options.isEmpty()) {
                    MemorySegment attr = arena.allocate(MOUNT_ATTR_BYTES, Long.BYTES);
                    attr.set(ValueLayout.JAVA_LONG, 0, bits(options));
                    attr.set(
                            ValueLayout.JAVA_LONG,
                            8,
                            options.contains(Option.NOATIME) ? ATTR_ATIME_MASK : 0);
                    Libc.syscall(
                            "mount_setattr " + target,
                            SYS_MOUNT_SETATTR,
                            fd.number(),
                            empty,
                            AT_EMPTY_PATH,
                            attr,
                            MOUNT_ATTR_BYTES);
                }
                Libc.syscall(
                        "move_mount to " + target,
                        SYS_MOVE_MOUNT,
                        fd.number(),
                        empty,
                        Libc.AT_FDCWD,
                        arena.allocateFrom(target.toString()),
                        MOVE_MOUNT_F_EMPTY_PATH);
            }
        }
    }

    /// Mounts a block device with a btrfs on it.
    public static void btrfs(Path device, Path target) throws IOException {
        Libc.mount(device, target, "btrfs", MS_NOATIME, "discard=async");
    }

    /// Takes the topmost mount off `target`, which is not followed if it is a symbolic link.
    ///
    /// @throws LinuxException with `EINVAL` when nothing is mounted there, with `EBUSY` when it is in use
    public static void unmount(Path target) throws IOException {
        Libc.umount(target, UMOUNT_NOFOLLOW);
    }

    private static long bits(Set<Option> options) {
        long bits = 0;
        for (Option option : options) {
            bits |= option.attribute;
        }
        return bits;
    }
}
