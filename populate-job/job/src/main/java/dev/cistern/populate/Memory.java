package dev.cistern.populate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The process's memory limit.
public final class Memory {
    /// Default where the process has no limit.
    private static final long DEFAULT_BYTES = 256L << 20;

    /// The value of an unlimited control group v1 is close to the largest number.
    private static final long UNLIMITED_BYTES = 1L << 60;

    private static final List<Path> LIMITS =
            List.of(
                    Path.of("/sys/fs/cgroup/memory.max"),
                    Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"));

    private Memory() {}

    /// The limit in bytes: `asked`, or else the container's, but never more than that; 256 MiB where neither is set.
    ///
    /// @param asked 0 for none
    public static long limit(long asked) {
        return limit(asked, LIMITS);
    }

    /// @param files that may contain the container's limit; the first readable one counts
    static long limit(long asked, List<Path> files) {
        long container = containerLimit(files);
        if (asked > 0) {
            return Math.min(asked, container);
        }
        return container == Long.MAX_VALUE ? DEFAULT_BYTES : container;
    }

    private static long containerLimit(List<Path> files) {
        for (Path file : files) {
            try {
                String text = Files.readString(file).strip();
                long bytes = text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
                return bytes >= UNLIMITED_BYTES ? Long.MAX_VALUE : bytes;
            } catch (IOException | NumberFormatException e) {
                continue;
            }
        }
        return Long.MAX_VALUE;
    }
}
