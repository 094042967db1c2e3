package dev.cistern.csi.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// Subvolumes and quota groups of a btrfs, by its ioctls and its files in sysfs.
public final class Btrfs {

    private static final long SUBVOL_CREATE = 0x5000940EL;
    private static final long RESIZE = 0x50009403L;
    private static final long START_SYNC = 0x80089418L;
    private static final long INO_LOOKUP = 0xD0009412L;
    private static final long FS_INFO = 0x8400941FL;
    private static final long QUOTA_CTL = 0xC0109428L;
    private static final long QGROUP_ASSIGN = 0x40189429L;
    private static final long QGROUP_CREATE = 0x4010942AL;
    private static final long QGROUP_LIMIT = 0x8030942BL;

    /// `struct btrfs_ioctl_vol_args` and `struct btrfs_ioctl_ino_lookup_args`, a page each.
    private static final long ARGS_BYTES = 4096;

    private static final long FS_INFO_BYTES = 1024;
    private static final long NAME_OFFSET = 8;
    private static final long SUBVOLUME_INODE = 256;
    private static final long QUOTA_ENABLE = 1;
    private static final long QUOTA_ENABLE_SIMPLE = 4;
    private static final long LIMIT_MAX_REFERENCED = 1;
    private static final long NO_LIMIT = -1;

    /// The level of a quota group is in the upper 16 bits of its id.
    private static final long LEVEL_ONE = 1L << 48;

    private final Path root;
    private final Path sysfs;

    /// How writes are charged to subvolumes.
    public enum QuotaMode {
        /// To the subvolume that wrote first; costs next to nothing, and subvolumes within subvolumes are charged too.
        SIMPLE,
        /// To all that share an extent; subvolumes that a pod makes within its volume escape the volume's limit.
        FULL
    }

    private Btrfs(Path root, UUID id) {
        this.root = root;
        this.sysfs = Path.of("/sys/fs/btrfs", id.toString());
    }

    /// @param root any directory of a mounted btrfs
    public static Btrfs at(Path root) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Libc.Fd fd = directory(root)) {
            MemorySegment info = arena.allocate(FS_INFO_BYTES, Long.BYTES);
            Libc.ioctl("BTRFS_IOC_FS_INFO " + root, fd, FS_INFO, info);
            ByteBuffer id = info.asSlice(16, 16).asByteBuffer();
            return new Btrfs(root, new UUID(id.getLong(), id.getLong()));
        }
    }

    /// Turns quotas on if they are off, simple ones where the kernel has them (Linux 6.7).
    public QuotaMode enableQuota() throws IOException {
        try {
            quota(QUOTA_ENABLE_SIMPLE);
        } catch (LinuxException e) {
            if (e.errno() != LinuxException.EINVAL) {
                throw e;
            }
            quota(QUOTA_ENABLE);
        }
        Path mode = sysfs.resolve("qgroups/mode");
        return Files.exists(mode) && Files.readString(mode).strip().equals("squota")
                ? QuotaMode.SIMPLE
                : QuotaMode.FULL;
    }

    /// Makes an empty subvolume with a limit for all that is written below it.
    ///
    /// @param limitBytes bound of data and metadata together
    public void createSubvolume(Path path, long limitBytes) throws IOException {
        named("BTRFS_IOC_SUBVOL_CREATE " + path, path, SUBVOL_CREATE);
        long id = subvolumeId(path);
        long group = LEVEL_ONE | id;
        try (Arena arena = Arena.ofConfined();
                Libc.Fd fd = directory(root)) {
            // The limit is on a group above the subvolume's own: subvolumes made within it join
            // that group by themselves.
            MemorySegment create = longs(arena, 1, group);
            Libc.ioctl("BTRFS_IOC_QGROUP_CREATE " + path, fd, QGROUP_CREATE, create);
            limit(group, limitBytes);
            Libc.ioctl(
                    "BTRFS_IOC_QGROUP_ASSIGN " + path,
                    fd,
                    QGROUP_ASSIGN,
                    longs(arena, 1, id, group));
        }
    }

    private void limit(long group, long bytes) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Libc.Fd fd = directory(root)) {
            MemorySegment limit = longs(arena, group, LIMIT_MAX_REFERENCED, bytes, 0, 0, 0);
            Libc.ioctl("BTRFS_IOC_QGROUP_LIMIT " + root, fd, QGROUP_LIMIT, limit);
        }
    }

    /// Removes a subvolume and the subvolumes within it, read-only ones, too; the space is given back by the kernel in the background.
    public void destroySubvolume(Path path) throws IOException {
        Restrictions.lift(path);
        long id = subvolumeId(path);
        liftLimit(LEVEL_ONE | id);
        try (Libc.Fd fileSystem = directory(root)) {
            new SubvolumeRemover(fileSystem).removeNested(id);
        }
        Path parent = path.getParent();
        Path name = path.getFileName();
        if (parent == null || name == null) {
            throw new IllegalArgumentException("not below a directory: " + path);
        }
        try (Libc.Fd fd = directory(parent)) {
            SubvolumeRemover.destroy(
                    "BTRFS_IOC_SNAP_DESTROY " + path,
                    fd,
                    name.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Removing writes to the volume, which may be full.
    private void liftLimit(long group) throws IOException {
        try {
            limit(group, NO_LIMIT);
        } catch (LinuxException e) {
            // A subvolume that was only half made has no limit yet.
            if (e.errno() != LinuxException.ENOENT) {
                throw e;
            }
        }
    }

    /// Removes the limits of subvolumes that are gone.
    ///
    /// @return how many were removed
    public int removeStaleLimits() throws IOException {
        int removed = 0;
        for (long id : staleGroups()) {
            try (Arena arena = Arena.ofConfined();
                    Libc.Fd fd = directory(root)) {
                MemorySegment remove = longs(arena, 0, LEVEL_ONE | id);
                Libc.ioctl("BTRFS_IOC_QGROUP_CREATE", fd, QGROUP_CREATE, remove);
                removed++;
            } catch (LinuxException e) {
                // The kernel has not given all of its space back yet: the next pass finds it again.
                if (e.errno() != LinuxException.EBUSY) {
                    throw e;
                }
            }
        }
        return removed;
    }

    /// Bytes charged to a subvolume's limit, writes still in memory included.
    public long usedBytes(Path subvolume) throws IOException {
        Path group = sysfs.resolve("qgroups/1_" + subvolumeId(subvolume));
        return number(group, "referenced")
                + number(group, "rsv_data")
                + number(group, "rsv_meta_pertrans")
                + number(group, "rsv_meta_prealloc");
    }

    /// The limit in bytes of what is written below a subvolume.
    public long limitBytes(Path subvolume) throws IOException {
        return number(sysfs.resolve("qgroups/1_" + subvolumeId(subvolume)), "max_referenced");
    }

    /// Has the kernel write the current transaction soon, without waiting for it and without flushing file data.
    public void startCommit() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Libc.Fd fd = directory(root)) {
            Libc.ioctl("BTRFS_IOC_START_SYNC " + root, fd, START_SYNC, longs(arena, 0));
        }
    }

    /// Makes the file system as large as its device is now.
    public void growToDevice() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Libc.Fd fd = directory(root)) {
            Libc.ioctl("BTRFS_IOC_RESIZE " + root, fd, RESIZE, args(arena, "max"));
        }
    }

    /// Whether the directory is the root of a subvolume.
    public static boolean isSubvolume(Path path) throws IOException {
        return (long) Files.getAttribute(path, "unix:ino", java.nio.file.LinkOption.NOFOLLOW_LINKS)
                == SUBVOLUME_INODE;
    }

    private void quota(long command) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Libc.Fd fd = directory(root)) {
            Libc.ioctl("BTRFS_IOC_QUOTA_CTL " + root, fd, QUOTA_CTL, longs(arena, command, 0));
        }
    }

    private List<Long> staleGroups() throws IOException {
        try (Stream<Path> groups = Files.list(sysfs.resolve("qgroups"))) {
            return groups.map(group -> group.getFileName().toString())
                    .filter(name -> name.startsWith("1_"))
                    .map(name -> name.substring(2))
                    .filter(id -> !Files.exists(sysfs.resolve("qgroups/0_" + id)))
                    .map(Long::parseLong)
                    .toList();
        }
    }

    private static long subvolumeId(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Libc.Fd fd = directory(path)) {
            MemorySegment args = arena.allocate(ARGS_BYTES, Long.BYTES);
            args.set(ValueLayout.JAVA_LONG, 8, SUBVOLUME_INODE);
            Libc.ioctl("BTRFS_IOC_INO_LOOKUP " + path, fd, INO_LOOKUP, args);
            return args.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    private static void named(String call, Path path, long request) throws IOException {
        Path parent = path.getParent();
        Path name = path.getFileName();
        if (parent == null || name == null) {
            throw new IllegalArgumentException("not below a directory: " + path);
        }
        try (Arena arena = Arena.ofConfined();
                Libc.Fd fd = directory(parent)) {
            Libc.ioctl(call, fd, request, args(arena, name.toString()));
        }
    }

    private static MemorySegment args(Arena arena, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 255) {
            throw new IllegalArgumentException("name too long: " + name);
        }
        MemorySegment args = arena.allocate(ARGS_BYTES, Long.BYTES);
        MemorySegment.copy(bytes, 0, args, ValueLayout.JAVA_BYTE, NAME_OFFSET, bytes.length);
        return args;
    }

    private static MemorySegment longs(Arena arena, long... values) {
        return arena.allocateFrom(ValueLayout.JAVA_LONG, values);
    }

    private static long number(Path group, String file) throws IOException {
        try {
            return Long.parseLong(Files.readString(group.resolve(file)).strip());
        } catch (NoSuchFileException e) {
            throw new IOException("the volume has no quota group (" + group.getFileName() + ")", e);
        }
    }

    private static Libc.Fd directory(Path path) throws LinuxException {
        return Libc.open(path, Libc.O_RDONLY);
    }
}
