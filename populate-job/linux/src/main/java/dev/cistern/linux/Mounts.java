package dev.cistern.linux;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;

/// Mounting and unmounting.
public final class Mounts {
    /// A flag of [#mount]: reading does not update access times.
    public static final long MS_NOATIME = 1024;

    private static final int OPEN_TREE_CLONE = 1;
    private static final int OPEN_TREE_CLOEXEC = Descriptor.O_CLOEXEC;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int UMOUNT_NOFOLLOW = 8;

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
    public static void bind(Path source, Path target, Set<Option> options) throws LinuxException {
        try (Descriptor tree = cloneTree(source)) {
            if (!options.isEmpty()) {
                setAttributes(tree, target, options);
            }
            move(tree, target);
        }
    }

    private static Descriptor cloneTree(Path source) throws LinuxException {
        try (CallMemory memory = CallMemory.take()) {
            long tree =
                    memory.call(
                            SystemCall.OPEN_TREE,
                            Syscalls.AT_FDCWD,
                            memory.put(source),
                            OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC,
                            0,
                            0);
            if (tree < 0) {
                throw memory.failure("open_tree " + source);
            }
            return new Descriptor(tree);
        }
    }

    private static void setAttributes(Descriptor tree, Path target, Set<Option> options)
            throws LinuxException {
        // struct mount_attr: attr_set, attr_clr, propagation, userns_fd.
        ByteBuffer attributes =
                Structs.ofWords(
                        bits(options),
                        options.contains(Option.NOATIME) ? ATTR_ATIME_MASK : 0,
                        0,
                        0);
        try (CallMemory memory = CallMemory.take()) {
            long address = memory.address(memory.put(attributes));
            long result =
                    memory.call(
                            SystemCall.MOUNT_SETATTR,
                            tree.number(),
                            memory.put(""),
                            AT_EMPTY_PATH,
                            address,
                            attributes.limit());
            if (result < 0) {
                throw memory.failure("mount_setattr " + target);
            }
        }
    }

    private static void move(Descriptor tree, Path target) throws LinuxException {
        try (CallMemory memory = CallMemory.take()) {
            long result =
                    memory.call(
                            SystemCall.MOVE_MOUNT,
                            tree.number(),
                            memory.put(""),
                            Syscalls.AT_FDCWD,
                            memory.put(target),
                            MOVE_MOUNT_F_EMPTY_PATH);
            if (result < 0) {
                throw memory.failure("move_mount to " + target);
            }
        }
    }

    /// Mounts a file system.
    ///
    /// @param source a device, or what else the type of file system takes
    /// @param type as the kernel calls it, such as `btrfs`
    /// @param flags `MS_…` of this class, or 0
    /// @param options the file system's own, separated by commas, at most some 400 bytes
    public static void mount(Path source, Path target, String type, long flags, String options)
            throws LinuxException {
        try (CallMemory memory = CallMemory.take()) {
            long result =
                    memory.call(
                            SystemCall.MOUNT,
                            memory.put(source),
                            memory.put(target),
                            memory.put(type),
                            flags,
                            memory.put(options));
            if (result < 0) {
                throw memory.failure("mount " + source + " at " + target);
            }
        }
    }

    /// Takes the topmost mount off `target`, which is not followed if it is a symbolic link.
    ///
    /// @throws LinuxException with `EINVAL` when nothing is mounted there, with `EBUSY` when it is in use
    public static void unmount(Path target) throws LinuxException {
        try (CallMemory memory = CallMemory.take()) {
            if (memory.call(SystemCall.UMOUNT2, memory.put(target), UMOUNT_NOFOLLOW, 0, 0, 0) < 0) {
                throw memory.failure("umount " + target);
            }
        }
    }

    private static long bits(Set<Option> options) {
        long bits = 0;
        for (Option option : options) {
            bits |= option.attribute;
        }
        return bits;
    }
}
