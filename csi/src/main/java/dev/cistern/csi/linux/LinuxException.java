package dev.cistern.csi.linux;

import java.io.IOException;
import java.util.Map;

/// A system call that failed.
public final class LinuxException extends IOException {

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ENXIO = 6;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EINVAL = 22;
    public static final int ENOTTY = 25;
    public static final int ENOTEMPTY = 39;
    public static final int EOPNOTSUPP = 95;

    private static final Map<Integer, String> NAMES =
            Map.ofEntries(
                    Map.entry(EPERM, "EPERM: not permitted"),
                    Map.entry(ENOENT, "ENOENT: no such file or directory"),
                    Map.entry(5, "EIO: input/output error"),
                    Map.entry(ENXIO, "ENXIO: no such device"),
                    Map.entry(13, "EACCES: access denied"),
                    Map.entry(EBUSY, "EBUSY: in use"),
                    Map.entry(EEXIST, "EEXIST: exists already"),
                    Map.entry(19, "ENODEV: file system not known to the kernel"),
                    Map.entry(20, "ENOTDIR: not a directory"),
                    Map.entry(EINVAL, "EINVAL: invalid argument"),
                    Map.entry(ENOTTY, "ENOTTY: not supported by the file system"),
                    Map.entry(28, "ENOSPC: no space left"),
                    Map.entry(30, "EROFS: read-only file system"),
                    Map.entry(38, "ENOSYS: not in this kernel"),
                    Map.entry(ENOTEMPTY, "ENOTEMPTY: not empty"),
                    Map.entry(EOPNOTSUPP, "EOPNOTSUPP: not supported"),
                    Map.entry(122, "EDQUOT: quota exceeded"));

    private final int errno;

    LinuxException(String call, int errno) {
        super(call + ": " + NAMES.getOrDefault(errno, "errno " + errno));
        this.errno = errno;
    }

    /// The kernel's error number.
    public int errno() {
        return errno;
    }
}
