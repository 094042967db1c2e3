package dev.cistern.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Calls of the Linux kernel by number, through libc's `syscall`.
///
/// One function with one signature serves all calls and is linked on first use: each further downcall handle costs the
/// JVM some 10 ms of CPU. No call that is used here has more than five arguments.
final class Syscalls {
    /// The working directory, for calls that take a directory and a path; paths are absolute here.
    static final int AT_FDCWD = -100;

    private static final MethodHandle SYSCALL = link();
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();

    /// Size of the captured call state in bytes.
    static final int STATE_BYTES = (int) CAPTURE.byteSize();

    /// Offset of `errno` in the captured call state.
    static final int ERRNO_OFFSET =
            (int) CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private Syscalls() {}

    private static MethodHandle link() {
        Linker linker = Linker.nativeLinker();
        ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(word, word, word, word, word, word, word),
                Linker.Option.firstVariadicArg(1),
                Linker.Option.captureCallState("errno"));
    }

    /// @param state receives `errno`
    /// @return the kernel's result; -1 for an error
    static long call(MemorySegment state, SystemCall call, long a, long b, long c, long d, long e) {
        try {
            return (long) SYSCALL.invokeExact(state, call.number, a, b, c, d, e);
        } catch (Throwable failure) {
            throw new IllegalStateException(call.name(), failure);
        }
    }
}
