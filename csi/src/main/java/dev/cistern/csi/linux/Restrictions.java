package dev.cistern.csi.linux;

import dev.cistern.linux.Descriptor;
import dev.cistern.linux.LinuxException;
import dev.cistern.linux.Structs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// Flags that a pod may have set on its files and that prevent even root from moving or removing them: the read-only
/// flag of a btrfs subvolume, which needs no privilege, and the attributes immutable and append-only (`chattr +i`,
/// `+a`), which need one.
public final class Restrictions {

    private static final long SUBVOL_GETFLAGS = 0x80089419L;
    private static final long SUBVOL_SETFLAGS = 0x4008941AL;
    private static final long FS_GETFLAGS = 0x80086601L;
    private static final long FS_SETFLAGS = 0x40086602L;
    private static final long SUBVOL_RDONLY = 2;
    private static final int FS_IMMUTABLE = 0x10;
    private static final int FS_APPEND_ONLY = 0x20;

    private Restrictions() {}

    /// Clears the flags of one file or directory, not of a directory's content. Does nothing where the file system has
    /// no such flags.
    ///
    /// @param path a regular file or a directory, not a link
    public static void lift(Path path) throws IOException {
        try (Descriptor file =
                Descriptor.open(
                        path,
                        Descriptor.O_RDONLY | Descriptor.O_NOFOLLOW | Descriptor.O_NONBLOCK)) {
            lift(file, path.toString());
        }
    }

    static void lift(Descriptor file, String label) throws LinuxException {
        ByteBuffer flags = Structs.ofWords(0);
        if (has("BTRFS_IOC_SUBVOL_GETFLAGS " + label, file, SUBVOL_GETFLAGS, flags)) {
            long set = flags.getLong(0);
            if ((set & SUBVOL_RDONLY) != 0) {
                flags.putLong(0, set & ~SUBVOL_RDONLY);
                file.ioctl("BTRFS_IOC_SUBVOL_SETFLAGS " + label, SUBVOL_SETFLAGS, flags);
            }
        }
        // The kernel's ioctl is declared with a long and takes an int.
        flags.putLong(0, 0);
        if (has("FS_IOC_GETFLAGS " + label, file, FS_GETFLAGS, flags)) {
            int set = flags.getInt(0);
            if ((set & (FS_IMMUTABLE | FS_APPEND_ONLY)) != 0) {
                flags.putInt(0, set & ~(FS_IMMUTABLE | FS_APPEND_ONLY));
                file.ioctl("FS_IOC_SETFLAGS " + label, FS_SETFLAGS, flags);
            }
        }
    }

    /// Whether the file supports such flags; a file system without them reports that in one of three ways.
    private static boolean has(String call, Descriptor file, long request, ByteBuffer flags)
            throws LinuxException {
        try {
            file.ioctl(call, request, flags);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == LinuxException.EINVAL
                    || e.errno() == LinuxException.ENOTTY
                    || e.errno() == LinuxException.EOPNOTSUPP) {
                return false;
            }
            throw e;
        }
    }
}
