package dev.cistern.populate.target;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Calls of the Linux kernel by number, through libc's `syscall`.
///
/// One function of one shape for all: what the JVM has to make for each function that is linked by name costs some 10 ms of CPU.
/// Arguments lie in a buffer of the calling thread's own. Numbers as in the kernel's `asm/unistd_64.h` and
/// `asm-generic/unistd.h`.
final class Syscalls {
    /// A call of the kernel with its number on either architecture.
    enum Call {
        OPENAT(257, 56),
        CLOSE(3, 57),
        SYNCFS(306, 267),
        FALLOCATE(285, 47),
        STATFS(137, 43),
        UTIMENSAT(280, 88),
        EXECVE(59, 221);

        private final long onAmd64;
        private final long onArm64;

        Call(long onAmd64, long onArm64) {
            this.onAmd64 = onAmd64;
            this.onArm64 = onArm64;
        }
    }

    /// Room for other arguments, then for a path and the zero after it.
    static final int PATH_OFFSET = 128;

    /// The kernel takes no longer path (`PATH_MAX`, the zero included).
    private static final int PATH_BYTES = 4096;

    private final MethodHandle syscall;
    private final StructLayout capture;
    private final int errnoOffset;
    private final boolean arm;
    private final ThreadLocal<Arguments> arguments;

    /// @throws RuntimeException where there is no such function or native access is denied
    Syscalls() {
        Linker linker = Linker.nativeLinker();
        ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        this.syscall =
                linker.downcallHandle(
                        linker.defaultLookup().find("syscall").orElseThrow(),
                        FunctionDescriptor.of(word, word, word, word, word, word),
                        Linker.Option.firstVariadicArg(1),
                        Linker.Option.captureCallState("errno"));
        this.capture = Linker.Option.captureStateLayout();
        this.errnoOffset = (int) capture.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
        this.arm = System.getProperty("os.arch", "").equals("aarch64");
        this.arguments = ThreadLocal.withInitial(Arguments::new);
    }

    /// Memory that a thread's calls take their arguments from and leave `errno` in.
    final class Arguments {
        private final ByteBuffer bytes =
                ByteBuffer.allocateDirect(PATH_OFFSET + PATH_BYTES).order(ByteOrder.nativeOrder());
        private final ByteBuffer stateBytes =
                ByteBuffer.allocateDirect((int) capture.byteSize()).order(ByteOrder.nativeOrder());
        private final MemorySegment state = MemorySegment.ofBuffer(stateBytes);
        private final long address = MemorySegment.ofBuffer(bytes).address();

        /// The words before the path.
        ByteBuffer words() {
            return bytes;
        }

        /// Where [#words] begin.
        long address() {
            return address;
        }

        /// Where a path was put; 0, which every call refuses, when it is too long for the kernel.
        long put(Path path) {
            byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
            if (name.length >= PATH_BYTES) {
                return 0;
            }
            bytes.put(PATH_OFFSET, name).put(PATH_OFFSET + name.length, (byte) 0);
            return address + PATH_OFFSET;
        }

        /// What the last call that gave -1 failed with.
        int errno() {
            return stateBytes.getInt(errnoOffset);
        }
    }

    /// The calling thread's.
    Arguments arguments() {
        return arguments.get();
    }

    /// Replaces this process's program; returns only when the kernel refuses.
    ///
    /// @param program path of the executable
    /// @param environment `NAME=VALUE` each
    void execute(byte[] program, List<byte[]> arguments, List<byte[]> environment) {
        try (Arena arena = Arena.ofConfined()) {
            call(
                    arguments(),
                    Call.EXECVE,
                    text(arena, program).address(),
                    vector(arena, arguments).address(),
                    vector(arena, environment).address(),
                    0);
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

    /// Whether the machine is an arm64, on which some flags have other values.
    boolean arm() {
        return arm;
    }

    /// @param with of the calling thread
    /// @return what the kernel gave back; -1 for an error, which [Arguments#errno] has then
    long call(Arguments with, Call call, long a, long b, long c, long d) {
        try {
            return (long)
                    syscall.invokeExact(with.state, arm ? call.onArm64 : call.onAmd64, a, b, c, d);
        } catch (Throwable e) {
            throw new IllegalStateException(call.name(), e);
        }
    }
}
