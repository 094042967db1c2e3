package dev.cistern.linux;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/// System calls on paths.
public final class LinuxFiles {
    /// `struct statfs` of 64-bit Linux; `f_files` and `f_ffree` in it.
    private static final int STATFS_BYTES = 120;

    private static final int FILES_OFFSET = 40;
    private static final int FREE_FILES_OFFSET = 48;

    private LinuxFiles() {}

    /// Sets a file's modification and access time: one call instead of the JDK's four. Links are followed.
    ///
    /// @param millis Unix time, negative before 1970
    public static void setTimes(Path file, long millis) throws LinuxException {
        long seconds = Math.floorDiv(millis, 1000L);
        long nanos = Math.floorMod(millis, 1000L) * 1_000_000L;
        try (CallMemory memory = CallMemory.take()) {
            int at = memory.reserve(4 * Long.BYTES);
            ByteBuffer times = memory.bytes();
            times.putLong(at, seconds).putLong(at + 8, nanos);
            times.putLong(at + 16, seconds).putLong(at + 24, nanos);
            long path = memory.put(file);
            if (memory.call(SystemCall.UTIMENSAT, Syscalls.AT_FDCWD, path, memory.address(at), 0, 0)
                    < 0) {
                throw memory.failure("utimensat " + file);
            }
        }
    }

    /// Free inodes of the file system that holds a path; -1 where it does not count them.
    public static long freeInodes(Path path) throws LinuxException {
        try (CallMemory memory = CallMemory.take()) {
            int at = memory.reserve(STATFS_BYTES);
            if (memory.call(SystemCall.STATFS, memory.put(path), memory.address(at), 0, 0, 0) < 0) {
                throw memory.failure("statfs " + path);
            }
            return memory.bytes().getLong(at + FILES_OFFSET) == 0
                    ? -1
                    : memory.bytes().getLong(at + FREE_FILES_OFFSET);
        }
    }
}
