package dev.cistern.csi.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Block devices over files.
public final class LoopDevices {

    private static final long LOOP_SET_CAPACITY = 0x4C07;
    private static final long LOOP_GET_STATUS64 = 0x4C05;
    private static final long LOOP_CONFIGURE = 0x4C0A;
    private static final long LOOP_CTL_GET_FREE = 0x4C82;

    /// The device lives as long as something uses it, so that whatever dies leaves none behind.
    private static final int LO_FLAGS_AUTOCLEAR = 4;

    /// The file's pages are not cached a second time below the file system's own.
    private static final int LO_FLAGS_DIRECT_IO = 16;

    /// `struct loop_info64`: device, inode (8 bytes each) first, flags at 52.
    private static final long INFO_BYTES = 232;

    private static final long INFO_FLAGS = 52;

    /// `struct loop_config`: fd, block size (4 bytes each), `loop_info64`, eight reserved words.
    private static final long CONFIG_BYTES = 8 + INFO_BYTES + 64;

    /// Another process may take the free device first; with this many losses in a row something is wrong.
    private static final int ATTEMPTS = 16;

    private static final Path DEV = Path.of("/dev");

    private LoopDevices() {}

    /// An attached device, open so that it does not go away before it is mounted.
    public record Attached(Path device, AutoCloseable hold) implements AutoCloseable {
        @Override
        public void close() {
            try {
                hold.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// The device over this file: the one that there is, or a new one.
    public static Attached attach(Path file) throws IOException {
        Optional<Path> found = find(file);
        if (found.isPresent()) {
            Libc.Fd fd = Libc.open(found.get(), Libc.O_RDWR);
            // It may have gone between the look and the open.
            if (backs(fd, file)) {
                return new Attached(found.get(), fd);
            }
            fd.close();
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return configure(file);
            } catch (LinuxException e) {
                if (e.errno() != LinuxException.EBUSY || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /// The device that this file is attached to.
    public static Optional<Path> find(Path file) throws IOException {
        try (DirectoryStream<Path> blocks =
                Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
            for (Path block : blocks) {
                Path device = DEV.resolve(block.getFileName().toString());
                if (!Files.exists(block.resolve("loop/backing_file")) || !Files.exists(device)) {
                    continue;
                }
                try (Libc.Fd fd = Libc.open(device, Libc.O_RDONLY)) {
                    if (backs(fd, file)) {
                        return Optional.of(device);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /// Makes the device as large as its file is now.
    public static void refreshSize(Path device) throws IOException {
        try (Libc.Fd fd = Libc.open(device, Libc.O_RDWR)) {
            Libc.ioctl("LOOP_SET_CAPACITY " + device, fd, LOOP_SET_CAPACITY, 0L);
        }
    }

    private static boolean backs(Libc.Fd fd, Path file) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(INFO_BYTES, Long.BYTES);
            try {
                Libc.ioctl("LOOP_GET_STATUS64", fd, LOOP_GET_STATUS64, info);
            } catch (LinuxException e) {
                if (e.errno() == LinuxException.ENXIO) {
                    return false;
                }
                throw e;
            }
            // By identity, not by name: names are cut off at 64 bytes and differ between mount
            // namespaces.
            return kernelDevice((long) Files.getAttribute(file, "unix:dev"))
                            == info.get(ValueLayout.JAVA_LONG, 0)
                    && (long) Files.getAttribute(file, "unix:ino")
                            == info.get(ValueLayout.JAVA_LONG, 8);
        }
    }

    /// `stat` packs major and minor otherwise than the kernel does within a loop device's status.
    private static long kernelDevice(long stat) {
        long major = ((stat >>> 8) & 0xfff) | ((stat >>> 32) & ~0xfffL);
        long minor = (stat & 0xff) | ((stat >>> 12) & ~0xffL & 0xffffffffL);
        return (minor & 0xff) | (major << 8) | ((minor & ~0xffL) << 12);
    }

    private static Attached configure(Path file) throws IOException {
        long number;
        try (Libc.Fd control = Libc.open(DEV.resolve("loop-control"), Libc.O_RDWR)) {
            number = Libc.ioctl("LOOP_CTL_GET_FREE", control, LOOP_CTL_GET_FREE, 0L);
        }
        Path device = DEV.resolve("loop" + number);
        Libc.Fd fd = Libc.open(device, Libc.O_RDWR);
        try (Arena arena = Arena.ofConfined();
                Libc.Fd backing = Libc.open(file, Libc.O_RDWR)) {
            MemorySegment config = arena.allocate(CONFIG_BYTES, Long.BYTES);
            config.set(ValueLayout.JAVA_INT, 0, backing.number());
            config.set(
                    ValueLayout.JAVA_INT, 8 + INFO_FLAGS, LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO);
            Libc.ioctl("LOOP_CONFIGURE " + device, fd, LOOP_CONFIGURE, config);
            return new Attached(device, fd);
        } catch (IOException e) {
            fd.close();
            throw e;
        }
    }
}
