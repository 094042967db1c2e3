package dev.cistern.populate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// How much memory this process may use.
public final class Memory {
    /// What issue and documentation promise where nothing limits the process.
    private static final long DEFAULT_BYTES = 256L << 20;

    private static final List<Path> LIMITS =
            List.of(
                    Path.of("/sys/fs/cgroup/memory.max"),
                    Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"));

    private Memory() {}

    /// The limit to keep, in bytes: `asked` unless it is 0, else the container's, at most 256 MiB.
    public static long limit(long asked) {
        if (asked > 0) {
            return asked;
        }
        for (Path file : LIMITS) {
            try {
                String text = Files.readString(file).strip();
                return text.equals("max")
                        ? DEFAULT_BYTES
                        : Math.min(DEFAULT_BYTES, Long.parseLong(text));
            } catch (IOException | NumberFormatException e) {
                continue;
            }
        }
        return DEFAULT_BYTES;
    }
}
