package dev.cistern.populate.target;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The calls of Linux that the JDK does not offer: `syncfs`, `posix_fallocate`'s fast form, and the count of free inodes.
///
/// Loading costs some 40 ms of CPU, so it is done for fills that gain more by it. Where the platform or the JVM's flags do not
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

    /// Offset of `f_favail` in `struct statvfs` of 64-bit Linux, glibc and musl: seven words before it.
    private static final long FREE_INODES_OFFSET = 56;

    private final MethodHandle open;
    private final MethodHandle close;
    private final MethodHandle syncfs;
    private final MethodHandle fallocate;
    private final MethodHandle statvfs;
    private final MethodHandle utimensat;
    private final VarHandle errno;
    private final StructLayout capture;
    private final boolean arm;
    private final int rootFd;
    private final Path root;

    private Native(Path root) throws Throwable {
        Linker linker = Linker.nativeLinker();
        this.capture = Linker.Option.captureStateLayout();
        this.errno = capture.varHandle(MemoryLayout.PathElement.groupElement("errno"));
        Linker.Option state = Linker.Option.captureCallState("errno");
        ValueLayout.OfInt i = ValueLayout.JAVA_INT;
        ValueLayout.OfLong l = ValueLayout.JAVA_LONG;
        this.open =
                handle(
                        linker,
                        "open",
                        FunctionDescriptor.of(i, ValueLayout.ADDRESS, i),
                        Linker.Option.firstVariadicArg(2));
        this.close = handle(linker, "close", FunctionDescriptor.of(i, i));
        this.syncfs = handle(linker, "syncfs", FunctionDescriptor.of(i, i), state);
        this.fallocate = handle(linker, "fallocate", FunctionDescriptor.of(i, i, i, l, l), state);
        this.statvfs =
                handle(
                        linker,
                        "statvfs",
                        FunctionDescriptor.of(i, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        this.utimensat =
                handle(
                        linker,
                        "utimensat",
                        FunctionDescriptor.of(i, i, ValueLayout.ADDRESS, ValueLayout.ADDRESS, i));
        this.arm = System.getProperty("os.arch", "").equals("aarch64");
        this.root = root;
        this.rootFd = open(root, O_RDONLY | (arm ? O_DIRECTORY_ARM : O_DIRECTORY));
    }

    private static MethodHandle handle(
            Linker linker, String name, FunctionDescriptor type, Linker.Option... options) {
        return linker.downcallHandle(
                linker.defaultLookup().find(name).orElseThrow(), type, options);
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
            Native loaded = new Native(root);
            if (loaded.rootFd < 0) {
                return null;
            }
            return loaded;
        } catch (Throwable e) {
            // No such symbol, or native access denied: the JDK's own ways do the work, only slower.
            return null;
        }
    }

    private int open(Path path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) open.invokeExact(arena.allocateFrom(path.toString()), flags | O_CLOEXEC);
        } catch (Throwable e) {
            throw new IllegalStateException("open", e);
        }
    }

    private void close(int fd) {
        try {
            int ignored = (int) close.invokeExact(fd);
        } catch (Throwable e) {
            throw new IllegalStateException("close", e);
        }
    }

    /// Makes everything on the target's file system durable.
    ///
    /// @throws java.io.IOException when something could not be written
    public void syncFileSystem() throws java.io.IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(capture);
            int result = (int) syncfs.invokeExact(state, rootFd);
            if (result != 0) {
                throw new java.io.IOException("syncfs failed: errno " + (int) errno.get(state, 0L));
            }
        } catch (java.io.IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("syncfs", e);
        }
    }

    /// Reserves a file's blocks; false where the file system cannot.
    ///
    /// @throws java.io.IOException when there is no room
    boolean allocate(Path file, long size) throws java.io.IOException {
        int fd = open(file, O_RDWR | (arm ? O_NOFOLLOW_ARM : O_NOFOLLOW));
        if (fd < 0) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(capture);
            int result = (int) fallocate.invokeExact(state, fd, 0, 0L, size);
            int error = result == 0 ? 0 : (int) errno.get(state, 0L);
            if (error == ENOSPC || error == EDQUOT) {
                throw new java.io.IOException("No space left on device");
            }
            return result == 0;
        } catch (java.io.IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("fallocate", e);
        } finally {
            close(fd);
        }
    }

    /// Sets a file's times of change and of use: one call instead of the JDK's four.
    ///
    /// @throws java.io.IOException when it could not be set
    void setTimes(Path file, long millis) throws java.io.IOException {
        long seconds = Math.floorDiv(millis, 1000L);
        long nanos = Math.floorMod(millis, 1000L) * 1_000_000L;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times =
                    arena.allocateFrom(ValueLayout.JAVA_LONG, seconds, nanos, seconds, nanos);
            int result =
                    (int)
                            utimensat.invokeExact(
                                    AT_FDCWD, arena.allocateFrom(file.toString()), times, 0);
            if (result != 0) {
                throw new java.io.IOException("cannot set the time of " + file);
            }
        } catch (java.io.IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("utimensat", e);
        }
    }

    /// How many files can still be made; -1 where the file system does not count them.
    long freeInodes() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stats = arena.allocate(256, 8);
            int result = (int) statvfs.invokeExact(arena.allocateFrom(root.toString()), stats);
            long files = stats.get(ValueLayout.JAVA_LONG, FREE_INODES_OFFSET - 16);
            long free = stats.get(ValueLayout.JAVA_LONG, FREE_INODES_OFFSET);
            return result != 0 || files == 0 ? -1 : free;
        } catch (Throwable e) {
            return -1;
        }
    }

    @Override
    public void close() {
        close(rootFd);
    }
}
