package dev.cistern.csi.linux;

import dev.cistern.linux.Descriptor;
import dev.cistern.linux.LinuxException;
import dev.cistern.linux.Structs;
import java.io.IOException;
import java.nio.ByteBuffer;
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

    /// The device is detached when its last user is gone, so that no crash leaves one behind.
    private static final int LO_FLAGS_AUTOCLEAR = 4;

    /// Avoids caching the file's pages in addition to the file system's.
    private static final int LO_FLAGS_DIRECT_IO = 16;

    /// `struct loop_info64`: device, inode (8 bytes each) first, flags at 52.
    private static final int INFO_BYTES = 232;

    private static final int INFO_FLAGS = 52;

    /// `struct loop_config`: fd, block size (4 bytes each), `loop_info64`, eight reserved words.
    private static final int CONFIG_BYTES = 8 + INFO_BYTES + 64;

    /// Another process may take the free device first; after this many consecutive losses something is wrong.
    private static final int ATTEMPTS = 16;

    private static final Path DEV = Path.of("/dev");

    private LoopDevices() {}

    /// An attached device, held open so that it is not detached before it is mounted.
    public record Attached(Path device, Descriptor hold) implements AutoCloseable {
        @Override
        public void close() {
            hold.close();
        }
    }

    /// Returns the device for this file: the existing one or a new one.
    public static Attached attach(Path file) throws IOException {
        Optional<Path> found = find(file);
        if (found.isPresent()) {
            Descriptor device = Descriptor.open(found.get(), Descriptor.O_RDWR);
            // It may have been detached in between.
            if (backs(device, file)) {
                return new Attached(found.get(), device);
            }
            device.close();
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
                try (Descriptor open = Descriptor.open(device, Descriptor.O_RDONLY)) {
                    if (backs(open, file)) {
                        return Optional.of(device);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /// Updates the device's size to its file's.
    public static void refreshSize(Path device) throws IOException {
        try (Descriptor open = Descriptor.open(device, Descriptor.O_RDWR)) {
            open.ioctl("LOOP_SET_CAPACITY " + device, LOOP_SET_CAPACITY, 0);
        }
    }

    private static boolean backs(Descriptor device, Path file) throws IOException {
        ByteBuffer info = Structs.of(INFO_BYTES);
        try {
            device.ioctl("LOOP_GET_STATUS64", LOOP_GET_STATUS64, info);
        } catch (LinuxException e) {
            if (e.errno() == LinuxException.ENXIO) {
                return false;
            }
            throw e;
        }
        // By identity, not by name: names are truncated at 64 bytes and differ between mount
        // namespaces.
        return kernelDevice((long) Files.getAttribute(file, "unix:dev")) == info.getLong(0)
                && (long) Files.getAttribute(file, "unix:ino") == info.getLong(8);
    }

    /// `stat` encodes major and minor differently from the kernel's loop device status.
    private static long kernelDevice(long stat) {
        long major = ((stat >>> 8) & 0xfff) | ((stat >>> 32) & ~0xfffL);
        long minor = (stat & 0xff) | ((stat >>> 12) & ~0xffL & 0xffffffffL);
        return (minor & 0xff) | (major << 8) | ((minor & ~0xffL) << 12);
    }

    private static Attached configure(Path file) throws IOException {
        long number;
        try (Descriptor control = Descriptor.open(DEV.resolve("loop-control"), Descriptor.O_RDWR)) {
            number = control.ioctl("LOOP_CTL_GET_FREE", LOOP_CTL_GET_FREE, 0);
        }
        Path device = DEV.resolve("loop" + number);
        Descriptor open = Descriptor.open(device, Descriptor.O_RDWR);
        try (Descriptor backing = Descriptor.open(file, Descriptor.O_RDWR)) {
            ByteBuffer config = Structs.of(CONFIG_BYTES);
            config.putInt(0, backing.number());
            config.putInt(8 + INFO_FLAGS, LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO);
            open.ioctl("LOOP_CONFIGURE " + device, LOOP_CONFIGURE, config);
            return new Attached(device, open);
        } catch (IOException e) {
            open.close();
            throw e;
        }
    }
}
