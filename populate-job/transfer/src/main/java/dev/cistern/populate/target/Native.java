package dev.cistern.populate.target;

import dev.cistern.populate.target.Syscalls.Arguments;
import dev.cistern.populate.target.Syscalls.Call;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What Linux can do and the JDK does not offer: `syncfs`, reserving blocks, the count of free inodes, and a file's times in one call.
///
/// Loading costs some 20 ms of CPU, so it is done for fills that gain more by it. Where the platform or the JVM's flags do not
/// allow it, callers fall back to what the JDK has.
public final class Native implements AutoCloseable {
    private static final int O_RDONLY = 0;
    private static final int O_RDWR = 2;
    private static final int O_DIRECTORY = 0x10000;
    private static final int O_DIRECTORY_ARM = 0x4000;
    private static final int O_NOFOLLOW = 0x20000;
    private static final int O_NOFOLLOW_ARM = 0x8000;
    private static final int O_CLOEXEC = 0x80000;
    private static final int ENOSPC = 28;
    private static final int EDQUOT = 122;

    /// "The working directory" to calls that take a directory and a path; paths are absolute here.
    private static final int AT_FDCWD = -100;

    /// Of `f_files` and `f_ffree` in `struct statfs` of 64-bit Linux.
    private static final int FILES_OFFSET = 40;

    private static final int FREE_FILES_OFFSET = 48;

    private final Syscalls syscalls;
    private final Path root;
    private final int rootFd;

    private Native(Syscalls syscalls, Path root) {
        this.syscalls = syscalls;
        this.root = root;
        this.rootFd = open(root, O_RDONLY | (syscalls.arm() ? O_DIRECTORY_ARM : O_DIRECTORY));
    }

    /// The calls, with the target's directory held open: `syncfs` then reports every failed write-back since now. Null where they
    /// cannot be had.
    ///
    /// @param root directory whose file system is meant
    public static @Nullable Native load(Path root) {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return null;
        }
        try {
            Native loaded = new Native(new Syscalls(), root);
            return loaded.rootFd < 0 ? null : loaded;
        } catch (RuntimeException | LinkageError e) {
            // No such symbol, or native access denied: the JDK's own ways do the work, only slower.
            return null;
        }
    }

    private int open(Path path, int flags) {
        Arguments with = syscalls.arguments();
        return (int)
                syscalls.call(with, Call.OPENAT, AT_FDCWD, with.put(path), flags | O_CLOEXEC, 0);
    }

    private void close(int fd) {
        syscalls.call(syscalls.arguments(), Call.CLOSE, fd, 0, 0, 0);
    }

    /// Makes everything on the target's file system durable.
    ///
    /// @throws IOException when something could not be written
    public void syncFileSystem() throws IOException {
        Arguments with = syscalls.arguments();
        if (syscalls.call(with, Call.SYNCFS, rootFd, 0, 0, 0) != 0) {
            throw new IOException("syncfs failed: errno " + with.errno());
        }
    }

    /// Reserves a file's blocks; false where the file system cannot.
    ///
    /// @throws IOException when there is no room
    boolean allocate(Path file, long size) throws IOException {
        int fd = open(file, O_RDWR | (syscalls.arm() ? O_NOFOLLOW_ARM : O_NOFOLLOW));
        if (fd < 0) {
            return false;
        }
        try {
            Arguments with = syscalls.arguments();
            boolean reserved = syscalls.call(with, Call.FALLOCATE, fd, 0, 0, size) == 0;
            if (!reserved && (with.errno() == ENOSPC || with.errno() == EDQUOT)) {
                throw new IOException("No space left on device");
            }
            return reserved;
        } finally {
            close(fd);
        }
    }

    /// Sets a file's times of change and of use: one call instead of the JDK's four.
    ///
    /// @throws IOException when it could not be set
    void setTimes(Path file, long millis) throws IOException {
        long seconds = Math.floorDiv(millis, 1000L);
        long nanos = Math.floorMod(millis, 1000L) * 1_000_000L;
        Arguments with = syscalls.arguments();
        with.words().putLong(0, seconds).putLong(8, nanos).putLong(16, seconds).putLong(24, nanos);
        if (syscalls.call(with, Call.UTIMENSAT, AT_FDCWD, with.put(file), with.address(), 0) != 0) {
            throw new IOException("cannot set the time of " + file + ": errno " + with.errno());
        }
    }

    /// How many files can still be made; -1 where the file system does not count them.
    long freeInodes() {
        Arguments with = syscalls.arguments();
        boolean known = syscalls.call(with, Call.STATFS, with.put(root), with.address(), 0, 0) == 0;
        return known && with.words().getLong(FILES_OFFSET) != 0
                ? with.words().getLong(FREE_FILES_OFFSET)
                : -1;
    }

    @Override
    public void close() {
        close(rootFd);
    }
}
