package dev.cistern.csi.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/// The C library's functions that everything here is made of. Each throws [LinuxException] with the call's name when it fails.
final class Libc {

    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    /// Two of the few flags whose number depends on the processor.
    static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;

    static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
    static final int AT_FDCWD = -100;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout()
                    .varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN =
            function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 2);
    private static final MethodHandle OPEN_BY_HANDLE =
            function(
                    "open_by_handle_at",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
                    -1);
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), -1);
    private static final MethodHandle IOCTL =
            function("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
    private static final MethodHandle IOCTL_NUMBER =
            function("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG), 2);
    private static final MethodHandle MOUNT =
            function(
                    "mount",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS),
                    -1);
    private static final MethodHandle UMOUNT =
            function("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), -1);
    private static final MethodHandle SYSCALL =
            function(
                    "syscall",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS,
                            JAVA_LONG),
                    1);

    private Libc() {}

    /// An open file descriptor.
    record Fd(int number) implements AutoCloseable {
        @Override
        public void close() {
            try (Arena arena = Arena.ofConfined()) {
                // A failed close of a descriptor that was only read from or controlled has nothing
                // to tell.
                int ignored = (int) CLOSE.invokeExact(state(arena), number);
                assert ignored <= 0;
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }
    }

    static Fd open(Path path, int flags) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = state(arena);
            int fd =
                    (int)
                            OPEN.invokeExact(
                                    state, arena.allocateFrom(path.toString()), flags | O_CLOEXEC);
            check("open " + path, fd, state);
            return new Fd(fd);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    /// Opens what a file handle names.
    ///
    /// @param fileSystem anything open on the file system
    /// @param handle a `struct file_handle`
    static Fd openByHandle(String name, Fd fileSystem, MemorySegment handle, int flags)
            throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = state(arena);
            int fd =
                    (int)
                            OPEN_BY_HANDLE.invokeExact(
                                    state, fileSystem.number(), handle, flags | O_CLOEXEC);
            return new Fd(check(name, fd, state));
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    static int ioctl(String name, Fd fd, long request, MemorySegment argument)
            throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = state(arena);
            return check(
                    name, (int) IOCTL.invokeExact(state, fd.number(), request, argument), state);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    static int ioctl(String name, Fd fd, long request, long argument) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = state(arena);
            return check(
                    name,
                    (int) IOCTL_NUMBER.invokeExact(state, fd.number(), request, argument),
                    state);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    static void mount(Path source, Path target, String type, long flags, String options)
            throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = state(arena);
            int result =
                    (int)
                            MOUNT.invokeExact(
                                    state,
                                    arena.allocateFrom(source.toString()),
                                    arena.allocateFrom(target.toString()),
                                    arena.allocateFrom(type),
                                    flags,
                                    arena.allocateFrom(options));
            check("mount " + source + " at " + target, result, state);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    static void umount(Path target, int flags) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = state(arena);
            check(
                    "umount " + target,
                    (int) UMOUNT.invokeExact(state, arena.allocateFrom(target.toString()), flags),
                    state);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    /// A system call of the shape `(fd, pointer, number, pointer, number)`, which the newer mount calls all have.
    static long syscall(
            String name,
            long number,
            long first,
            MemorySegment second,
            long third,
            MemorySegment fourth,
            long fifth)
            throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = state(arena);
            long result =
                    (long) SYSCALL.invokeExact(state, number, first, second, third, fourth, fifth);
            if (result < 0) {
                throw new LinuxException(name, (int) ERRNO.get(state, 0L));
            }
            return result;
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    private static MemorySegment state(Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }

    private static int check(String call, int result, MemorySegment state) throws LinuxException {
        if (result < 0) {
            throw new LinuxException(call, (int) ERRNO.get(state, 0L));
        }
        return result;
    }

    private static LinuxException rethrow(Throwable e) {
        return switch (e) {
            case LinuxException failure -> failure;
            case RuntimeException bug -> throw bug;
            case Error bug -> throw bug;
            default -> throw new AssertionError(e);
        };
    }

    private static MethodHandle function(String name, FunctionDescriptor shape, int firstVariadic) {
        MemorySegment address = LINKER.defaultLookup().findOrThrow(name);
        Linker.Option errno = Linker.Option.captureCallState("errno");
        return firstVariadic < 0
                ? LINKER.downcallHandle(address, shape, errno)
                : LINKER.downcallHandle(
                        address, shape, errno, Linker.Option.firstVariadicArg(firstVariadic));
    }
}
