package dev.cistern.linux;

import java.io.IOException;

/// A failed system call. The message names the call, its object, and the error: `umount /data: EBUSY: in use`.
public final class LinuxException extends IOException {
    private static final long serialVersionUID = 1L;

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ENXIO = 6;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EINVAL = 22;
    public static final int ENOTTY = 25;
    public static final int ENOSPC = 28;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOTEMPTY = 39;
    public static final int EOPNOTSUPP = 95;
    public static final int EDQUOT = 122;

    private final int errno;

    LinuxException(String call, int errno) {
        super(call + ": " + describe(errno));
        this.errno = errno;
    }

    /// The kernel's error number.
    public int errno() {
        return errno;
    }

    /// Whether there is no space, or the quota of this user or directory is exhausted.
    public boolean outOfSpace() {
        return errno == ENOSPC || errno == EDQUOT;
    }

    /// Numbers as in the kernel's `asm-generic/errno.h`, which amd64 and arm64 share. Out of space has libc's wording,
    /// like the JDK's exceptions.
    static String describe(int errno) {
        return switch (errno) {
            case EPERM -> "EPERM: not permitted";
            case ENOENT -> "ENOENT: no such file or directory";
            case 5 -> "EIO: input/output error";
            case ENXIO -> "ENXIO: no such device";
            case 9 -> "EBADF: bad file descriptor";
            case 13 -> "EACCES: access denied";
            case EBUSY -> "EBUSY: in use";
            case EEXIST -> "EEXIST: exists already";
            case 19 -> "ENODEV: file system not known to the kernel";
            case 20 -> "ENOTDIR: not a directory";
            case 21 -> "EISDIR: a directory";
            case EINVAL -> "EINVAL: invalid argument";
            case ENOTTY -> "ENOTTY: not supported by the file system";
            case 27 -> "EFBIG: file too large";
            case ENOSPC -> "ENOSPC: No space left on device";
            case 30 -> "EROFS: read-only file system";
            case ENAMETOOLONG -> "ENAMETOOLONG: path too long";
            case 38 -> "ENOSYS: not in this kernel";
            case ENOTEMPTY -> "ENOTEMPTY: not empty";
            case 40 -> "ELOOP: a symbolic link, or too many of them";
            case EOPNOTSUPP -> "EOPNOTSUPP: not supported";
            case 116 -> "ESTALE: gone from the file server";
            case EDQUOT -> "EDQUOT: Disk quota exceeded";
            default -> "errno " + errno;
        };
    }
}
