package dev.cistern.linux;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/// An open file descriptor. Child processes do not inherit it (`O_CLOEXEC`).
public final class Descriptor implements AutoCloseable {
    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_NONBLOCK = 0x800;

    /// Two of the few flags whose value depends on the processor.
    public static final int O_DIRECTORY = Machine.CURRENT.pick(0x10000, 0x4000);

    public static final int O_NOFOLLOW = Machine.CURRENT.pick(0x20000, 0x8000);

    static final int O_CLOEXEC = 0x80000;

    /// Bits 16 to 29 of a request's number are the size of its structure in bytes, 0 in older requests.
    private static final int IOCTL_SIZE_SHIFT = 16;

    private static final int IOCTL_SIZE_MASK = 0x3fff;

    private final int number;
    private boolean closed;

    Descriptor(long number) {
        this.number = (int) number;
    }

    /// Opens a path.
    ///
    /// @param flags `O_…` of this class
    public static Descriptor open(Path path, int flags) throws LinuxException {
        try (CallMemory memory = CallMemory.take()) {
            long opened =
                    memory.call(
                            SystemCall.OPENAT,
                            Syscalls.AT_FDCWD,
                            memory.put(path),
                            flags | O_CLOEXEC,
                            0,
                            0);
            if (opened < 0) {
                throw memory.failure("open " + path);
            }
            return new Descriptor(opened);
        }
    }

    /// Opens a file by handle on this descriptor's file system.
    ///
    /// @param what the call and its object, for the message of a failure
    /// @param handle a `struct file_handle`
    /// @param flags `O_…` of this class
    public Descriptor openByHandle(String what, ByteBuffer handle, int flags)
            throws LinuxException {
        try (CallMemory memory = CallMemory.take()) {
            long address = memory.address(memory.put(handle));
            long opened =
                    memory.call(
                            SystemCall.OPEN_BY_HANDLE_AT, number, address, flags | O_CLOEXEC, 0, 0);
            if (opened < 0) {
                throw memory.failure(what);
            }
            return new Descriptor(opened);
        }
    }

    /// Sends a control request to the device or file system, with a structure as its argument.
    ///
    /// @param what the call and its object, for the message of a failure
    /// @param struct of [Structs]; contains the kernel's output afterwards
    /// @return what the kernel gave back, 0 or more
    /// @throws IllegalArgumentException when the request's number says that its structure is larger
    public int ioctl(String what, long request, ByteBuffer struct) throws LinuxException {
        int size = (int) (request >> IOCTL_SIZE_SHIFT) & IOCTL_SIZE_MASK;
        if (size > struct.limit()) {
            throw new IllegalArgumentException(
                    what + " has a structure of " + size + " bytes, not " + struct.limit());
        }
        try (CallMemory memory = CallMemory.take()) {
            int at = memory.put(struct);
            long result = memory.call(SystemCall.IOCTL, number, request, memory.address(at), 0, 0);
            if (result < 0) {
                throw memory.failure(what);
            }
            struct.put(0, memory.bytes(), at, struct.limit());
            return (int) result;
        }
    }

    /// Sends a control request to the device or file system, with a number as its argument.
    ///
    /// @param what the call and its object, for the message of a failure
    /// @return what the kernel gave back, 0 or more
    public int ioctl(String what, long request, long argument) throws LinuxException {
        try (CallMemory memory = CallMemory.take()) {
            long result = memory.call(SystemCall.IOCTL, number, request, argument, 0, 0);
            if (result < 0) {
                throw memory.failure(what);
            }
            return (int) result;
        }
    }

    /// Makes everything on the file system durable. Every write-back that failed since this descriptor was opened is
    /// reported.
    public void syncFileSystem() throws LinuxException {
        try (CallMemory memory = CallMemory.take()) {
            if (memory.call(SystemCall.SYNCFS, number, 0, 0, 0, 0) < 0) {
                throw memory.failure("syncfs");
            }
        }
    }

    /// Reserves a file's blocks from its beginning; a shorter file is that long afterwards.
    ///
    /// @param size in bytes
    public void allocate(long size) throws LinuxException {
        try (CallMemory memory = CallMemory.take()) {
            if (memory.call(SystemCall.FALLOCATE, number, 0, 0, size, 0) < 0) {
                throw memory.failure("fallocate");
            }
        }
    }

    /// The descriptor's number.
    public int number() {
        return number;
    }

    /// Errors are ignored: nothing is written through a descriptor of this class, so none can report lost data.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        // The number may belong to another file from now on.
        closed = true;
        try (CallMemory memory = CallMemory.take()) {
            memory.call(SystemCall.CLOSE, number, 0, 0, 0, 0);
        }
    }
}
