package dev.cistern.csi.pool;

import dev.cistern.csi.linux.Btrfs;
import dev.cistern.csi.linux.LoopDevices;
import dev.cistern.linux.MountTable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A btrfs in a sparse file, for nodes whose disk has another file system.
record PoolImage(Path file, Path mountPoint) {

    private static final Logger LOG = LoggerFactory.getLogger(PoolImage.class);

    /// mkfs.btrfs rejects less than about 110 MiB; below this size a pool is useless.
    static final long MINIMUM_BYTES = 256L << 20;

    /// Writing the first blocks takes milliseconds; a slower disk is unsuitable for a pool.
    private static final Duration MKFS_TIMEOUT = Duration.ofSeconds(60);

    boolean exists() {
        return Files.exists(file);
    }

    /// Creates the file with an empty file system, unless it exists.
    void createIfAbsent(long bytes) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(unfinished);
        if (exists()) {
            return;
        }
        if (bytes < MINIMUM_BYTES) {
            throw new IOException(
                    "a pool of %d bytes is too small, it needs %d: make room or set CISTERN_POOL_SIZE"
                            .formatted(bytes, MINIMUM_BYTES));
        }
        Files.createFile(
                unfinished,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (RandomAccessFile raw = new RandomAccessFile(unfinished.toFile(), "rw")) {
            raw.setLength(bytes);
        }
        Programs.run(
                MKFS_TIMEOUT,
                List.of("mkfs.btrfs", "--quiet", "--label", "cistern", unfinished.toString()));
        try (RandomAccessFile raw = new RandomAccessFile(unfinished.toFile(), "rw")) {
            raw.getFD().sync();
        }
        DurableFiles.rename(unfinished, file);
        LOG.atInfo()
                .addKeyValue("file", file)
                .addKeyValue("bytes", bytes)
                .log("made the pool's image");
    }

    /// Mounts the image unless it is mounted, as it is after a restart of the program.
    void mountIfAbsent() throws IOException {
        Files.createDirectories(mountPoint);
        Optional<MountTable.Entry> mounted = MountTable.read().at(mountPoint);
        if (mounted.isPresent()) {
            if (!mounted.get().type().equals("btrfs")) {
                throw new IOException(
                        "%s has a %s mounted, not the pool's image: unmount it"
                                .formatted(mountPoint, mounted.get().type()));
            }
            LOG.atInfo()
                    .addKeyValue("device", mounted.get().source())
                    .log("found the pool's image mounted");
            return;
        }
        try (LoopDevices.Attached attached = LoopDevices.attach(file)) {
            Btrfs.mount(attached.device(), mountPoint);
            LOG.atInfo().addKeyValue("device", attached.device()).log("mounted the pool's image");
        }
    }

    /// Grows the image, in use or not; a larger one stays as it is.
    void growTo(long bytes) throws IOException {
        long before = Files.size(file);
        if (bytes < before) {
            LOG.atWarn()
                    .addKeyValue("bytes", before)
                    .addKeyValue("configured", bytes)
                    .log(
                            "the pool's image is larger than CISTERN_POOL_SIZE and stays so: images"
                                    + " only grow");
        }
        if (bytes > before) {
            try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
                raw.setLength(bytes);
                raw.getFD().sync();
            }
        }
        // Also after a crash between the two: both steps are idempotent.
        Optional<Path> device = LoopDevices.find(file);
        if (device.isPresent()) {
            LoopDevices.refreshSize(device.get());
            Btrfs.at(mountPoint).growToDevice();
        }
    }
}
