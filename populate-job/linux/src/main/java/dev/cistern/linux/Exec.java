package dev.cistern.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// Replaces this process's program. Strings are passed as bytes, because the new program may read them in another
/// encoding than this JVM.
public final class Exec {
    private Exec() {}

    /// Runs another program in this process (`execve`). Does not return: either the new program runs, or this throws.
    ///
    /// @param program path of the executable
    /// @param arguments `argv`, the program's own name first
    /// @param environment `NAME=VALUE` each
    public static void replaceProgram(
            byte[] program, List<byte[]> arguments, List<byte[]> environment)
            throws LinuxException {
        try (Arena arena = Arena.ofConfined();
                CallMemory memory = CallMemory.take()) {
            memory.call(
                    SystemCall.EXECVE,
                    text(arena, program).address(),
                    vector(arena, arguments).address(),
                    vector(arena, environment).address(),
                    0,
                    0);
            throw memory.failure("execve");
        }
    }

    /// What C calls `char **`: addresses of texts, and a zero after the last.
    private static MemorySegment vector(Arena arena, List<byte[]> texts) {
        MemorySegment vector = arena.allocate(ValueLayout.JAVA_LONG, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            vector.setAtIndex(ValueLayout.JAVA_LONG, i, text(arena, texts.get(i)).address());
        }
        return vector;
    }

    private static MemorySegment text(Arena arena, byte[] bytes) {
        MemorySegment text = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return text;
    }
}
