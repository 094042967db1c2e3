package dev.cistern.linux;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;

/// Native memory for one system call: its arguments, placed one after the other, and its `errno`. Addresses stay valid
/// until [#close].
///
/// Memory is pooled instead of kept per thread, because calls are also made on virtual threads, which are many and
/// short-lived.
final class CallMemory implements AutoCloseable {
    /// The kernel's limit of a path (`PATH_MAX`, including the final zero).
    private static final int PATH_BYTES = 4096;

    /// The largest call is mount: two paths, a type and options. A structure takes a page at most.
    private static final int BYTES = 2 * PATH_BYTES + 512;

    /// Calls in flight at once, on a slow file system one for each copying thread: 256 × 8.5 KiB is 2.2 MiB at most.
    private static final int MOST_KEPT = 256;

    private static final ArrayDeque<CallMemory> KEPT = new ArrayDeque<>();

    private final ByteBuffer bytes =
            ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
    private final long address = MemorySegment.ofBuffer(bytes).address();
    private final ByteBuffer stateBytes =
            ByteBuffer.allocateDirect(Syscalls.STATE_BYTES).order(ByteOrder.nativeOrder());
    private final MemorySegment state = MemorySegment.ofBuffer(stateBytes);
    private int used;

    private CallMemory() {}

    /// Memory for one call; [#close] returns it to the pool.
    static CallMemory take() {
        CallMemory kept;
        synchronized (KEPT) {
            kept = KEPT.pollFirst();
        }
        if (kept == null) {
            return new CallMemory();
        }
        kept.used = 0;
        return kept;
    }

    /// Reserves room, aligned to 8 bytes and not cleared.
    ///
    /// @return its offset in [#bytes]
    /// @throws IllegalArgumentException when there is not enough left
    int reserve(int length) {
        int at = (used + 7) & ~7;
        if (length > BYTES - at) {
            throw new IllegalArgumentException("more than a call's memory: " + length + " bytes");
        }
        used = at + length;
        return at;
    }

    /// All of the memory, in native byte order.
    ByteBuffer bytes() {
        return bytes;
    }

    /// The address of a place in [#bytes].
    long address(int offset) {
        return address + offset;
    }

    /// Appends a path, zero-terminated.
    ///
    /// @return its address
    /// @throws LinuxException with `ENAMETOOLONG` when it is longer than the kernel accepts
    long put(Path path) throws LinuxException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length >= PATH_BYTES) {
            throw new LinuxException(
                    "a path of " + name.length + " bytes", LinuxException.ENAMETOOLONG);
        }
        return putText(name);
    }

    /// Appends a string, zero-terminated.
    ///
    /// @return its address
    long put(String text) {
        return putText(text.getBytes(StandardCharsets.UTF_8));
    }

    private long putText(byte[] text) {
        int at = reserve(text.length + 1);
        bytes.put(at, text).put(at + text.length, (byte) 0);
        return address + at;
    }

    /// Appends a structure: all bytes of the buffer up to its limit.
    ///
    /// @return its offset in [#bytes]
    int put(ByteBuffer struct) {
        int at = reserve(struct.limit());
        bytes.put(at, struct, 0, struct.limit());
        return at;
    }

    /// @return the kernel's result; -1 for an error, which [#failure] describes
    long call(SystemCall call, long a, long b, long c, long d, long e) {
        return Syscalls.call(state, call, a, b, c, d, e);
    }

    /// The error of the last call, which returned -1.
    ///
    /// @param what the call and its object, for the message
    LinuxException failure(String what) {
        return new LinuxException(what, stateBytes.getInt(Syscalls.ERRNO_OFFSET));
    }

    @Override
    public void close() {
        synchronized (KEPT) {
            if (KEPT.size() < MOST_KEPT) {
                KEPT.addFirst(this);
            }
        }
    }
}
