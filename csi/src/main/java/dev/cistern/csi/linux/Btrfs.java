package dev.cistern.csi.linux;

import dev.cistern.linux.Descriptor;
import dev.cistern.linux.LinuxException;
import dev.cistern.linux.Mounts;
import dev.cistern.linux.Structs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
    static final long SNAP_DESTROY = 0x5000940FL;
    private static final long RESIZE = 0x50009403L;
    private static final long START_SYNC = 0x80089418L;
    private static final long INO_LOOKUP = 0xD0009412L;
    private static final long FS_INFO = 0x8400941FL;
    private static final long QUOTA_CTL = 0xC0109428L;
    private static final long QGROUP_ASSIGN = 0x40189429L;
    private static final long QGROUP_CREATE = 0x4010942AL;
    private static final long QGROUP_LIMIT = 0x8030942BL;

    /// `struct btrfs_ioctl_vol_args` and `struct btrfs_ioctl_ino_lookup_args`, a page each.
    private static final int ARGS_BYTES = 4096;

    private static final int FS_INFO_BYTES = 1024;

    /// Offset of the UUID in `struct btrfs_ioctl_fs_info_args`.
    private static final int FS_INFO_ID = 16;

    /// Offset of the name in `struct btrfs_ioctl_vol_args`.
    private static final int NAME_OFFSET = 8;

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
        /// To the subvolume that wrote first; almost free, and nested subvolumes are charged too.
        SIMPLE,
        /// To all that share an extent; subvolumes that a pod creates in its volume escape the volume's limit.
        FULL
    }

    private Btrfs(Path root, UUID id) {
        this.root = root;
        this.sysfs = Path.of("/sys/fs/btrfs", id.toString());
    }

    /// Mounts a block device with a btrfs on it.
    public static void mount(Path device, Path target) throws IOException {
        Mounts.mount(device, target, "btrfs", Mounts.MS_NOATIME, "discard=async");
    }

    /// @param root any directory of a mounted btrfs
    public static Btrfs at(Path root) throws IOException {
        try (Descriptor directory = directory(root)) {
            ByteBuffer info = Structs.of(FS_INFO_BYTES);
            directory.ioctl("BTRFS_IOC_FS_INFO " + root, FS_INFO, info);
            info.order(ByteOrder.BIG_ENDIAN);
            return new Btrfs(
                    root, new UUID(info.getLong(FS_INFO_ID), info.getLong(FS_INFO_ID + 8)));
        }
    }

    /// Enables quotas if they are off, simple ones where the kernel supports them (Linux 6.7).
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

    /// Creates an empty subvolume with a limit for everything written below it.
    ///
    /// @param limitBytes limit of data and metadata together
    public void createSubvolume(Path path, long limitBytes) throws IOException {
        named("BTRFS_IOC_SUBVOL_CREATE " + path, path, SUBVOL_CREATE);
        long id = subvolumeId(path);
        long group = LEVEL_ONE | id;
        // The limit is on a group above the subvolume's own: nested subvolumes join that group
        // automatically.
        ioctl("BTRFS_IOC_QGROUP_CREATE " + path, QGROUP_CREATE, Structs.ofWords(1, group));
        limit(group, limitBytes);
        ioctl("BTRFS_IOC_QGROUP_ASSIGN " + path, QGROUP_ASSIGN, Structs.ofWords(1, id, group));
    }

    private void limit(long group, long bytes) throws IOException {
        ioctl(
                "BTRFS_IOC_QGROUP_LIMIT " + root,
                QGROUP_LIMIT,
                Structs.ofWords(group, LIMIT_MAX_REFERENCED, bytes, 0, 0, 0));
    }

    /// Removes a subvolume and nested subvolumes, including read-only ones; the kernel frees the space in the
    /// background.
    public void destroySubvolume(Path path) throws IOException {
        Restrictions.lift(path);
        long id = subvolumeId(path);
        liftLimit(LEVEL_ONE | id);
        try (Descriptor fileSystem = directory(root)) {
            new SubvolumeRemover(fileSystem).removeNested(id);
        }
        named("BTRFS_IOC_SNAP_DESTROY " + path, path, SNAP_DESTROY);
    }

    /// Removal writes to the volume, which may be full.
    private void liftLimit(long group) throws IOException {
        try {
            limit(group, NO_LIMIT);
        } catch (LinuxException e) {
            // A partially created subvolume has no limit yet.
            if (e.errno() != LinuxException.ENOENT) {
                throw e;
            }
        }
    }

    /// Removes the limits of deleted subvolumes.
    ///
    /// @return how many were removed
    public int removeStaleLimits() throws IOException {
        int removed = 0;
        for (long id : staleGroups()) {
            try {
                ioctl("BTRFS_IOC_QGROUP_CREATE", QGROUP_CREATE, Structs.ofWords(0, LEVEL_ONE | id));
                removed++;
            } catch (LinuxException e) {
                // The kernel has not freed all of its space yet: the next pass retries.
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

    /// Makes the kernel commit the current transaction soon, without waiting for it and without flushing file data.
    public void startCommit() throws IOException {
        ioctl("BTRFS_IOC_START_SYNC " + root, START_SYNC, Structs.ofWords(0));
    }

    /// Grows the file system to its device's size.
    public void growToDevice() throws IOException {
        ioctl("BTRFS_IOC_RESIZE " + root, RESIZE, args("max"));
    }

    /// Whether the directory is the root of a subvolume.
    public static boolean isSubvolume(Path path) throws IOException {
        return (long) Files.getAttribute(path, "unix:ino", java.nio.file.LinkOption.NOFOLLOW_LINKS)
                == SUBVOLUME_INODE;
    }

    private void quota(long command) throws IOException {
        ioctl("BTRFS_IOC_QUOTA_CTL " + root, QUOTA_CTL, Structs.ofWords(command, 0));
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
        try (Descriptor directory = directory(path)) {
            ByteBuffer args = Structs.of(ARGS_BYTES).putLong(8, SUBVOLUME_INODE);
            directory.ioctl("BTRFS_IOC_INO_LOOKUP " + path, INO_LOOKUP, args);
            return args.getLong(0);
        }
    }

    private static void named(String call, Path path, long request) throws IOException {
        Path parent = path.getParent();
        Path name = path.getFileName();
        if (parent == null || name == null) {
            throw new IllegalArgumentException("not below a directory: " + path);
        }
        try (Descriptor directory = directory(parent)) {
            directory.ioctl(call, request, args(name.toString()));
        }
    }

    private void ioctl(String call, long request, ByteBuffer struct) throws IOException {
        try (Descriptor directory = directory(root)) {
            directory.ioctl(call, request, struct);
        }
    }

    private static ByteBuffer args(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 255) {
            throw new IllegalArgumentException("name too long: " + name);
        }
        return args(bytes);
    }

    /// `struct btrfs_ioctl_vol_args` with a name of at most 255 bytes.
    static ByteBuffer args(byte[] name) {
        return Structs.of(ARGS_BYTES).put(NAME_OFFSET, name);
    }

    private static long number(Path group, String file) throws IOException {
        try {
            return Long.parseLong(Files.readString(group.resolve(file)).strip());
        } catch (NoSuchFileException e) {
            throw new IOException("the volume has no quota group (" + group.getFileName() + ")", e);
        }
    }

    private static Descriptor directory(Path path) throws LinuxException {
        return Descriptor.open(path, Descriptor.O_RDONLY);
    }
}
