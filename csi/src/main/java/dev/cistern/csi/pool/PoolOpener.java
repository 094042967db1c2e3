package dev.cistern.csi.pool;

import dev.cistern.csi.linux.Btrfs;
import dev.cistern.linux.MountTable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds or creates the pool of a node. An existing pool takes precedence over the configuration, so that no volume
/// becomes inaccessible because of a changed setting or a missing program.
public final class PoolOpener {

    private static final Logger LOG = LoggerFactory.getLogger(PoolOpener.class);

    /// The previous process may still be ending.
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);

    private final PoolSettings settings;
    private final InstantSource clock;
    private final PoolImage image;
    private final Path btrfsRoot;
    private final Path directoryRoot;

    private PoolOpener(PoolSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.btrfsRoot = settings.directory().resolve("pool");
        this.directoryRoot = settings.directory().resolve("directories");
        this.image = new PoolImage(settings.directory().resolve("pool.img"), btrfsRoot);
    }

    /// An open pool, locked against a second process until closed. Closing unmounts nothing: pods continue to use their
    /// volumes.
    public record Opened(LocalPool pool, FileLock lock) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            lock.acquiredBy().close();
        }
    }

    /// @throws IOException when there is no pool and none can be created, saying what is missing
    public static Opened open(PoolSettings settings, InstantSource clock)
            throws IOException, InterruptedException {
        // The kernel's mount table contains no symbolic links.
        Path directory = Files.createDirectories(settings.directory()).toRealPath();
        PoolSettings real =
                new PoolSettings(
                        directory,
                        settings.kind(),
                        settings.imageSize(),
                        settings.overcommitPercent());
        return new PoolOpener(real, clock).open();
    }

    private Opened open() throws IOException, InterruptedException {
        FileLock lock = lock(settings.directory().resolve("lock"));
        try {
            return new Opened(openLocked(), lock);
        } catch (IOException | RuntimeException e) {
            lock.acquiredBy().close();
            throw e;
        }
    }

    private LocalPool openLocked() throws IOException {
        boolean hasDirectories = Files.exists(directoryRoot);
        boolean hasBtrfs =
                image.exists()
                        || (Files.exists(btrfsRoot.resolve("records"))
                                && isBtrfs(settings.directory()));
        return switch (settings.kind()) {
            case BTRFS -> {
                refuseOther(hasDirectories, directoryRoot, "btrfs");
                yield btrfs();
            }
            case DIRECTORY -> {
                refuseOther(hasBtrfs, image.exists() ? image.file() : btrfsRoot, "directory");
                yield directories();
            }
            case AUTO -> hasBtrfs ? btrfs() : hasDirectories ? directories() : btrfsOrDirectories();
        };
    }

    private LocalPool btrfsOrDirectories() throws IOException {
        try {
            return btrfs();
        } catch (IOException e) {
            // The next start must not find a partially created btrfs pool.
            if (image.exists() && MountTable.read().at(btrfsRoot).isEmpty()) {
                Files.delete(image.file());
            }
            LOG.atWarn()
                    .addKeyValue("reason", e.getMessage())
                    .log(
                            "no btrfs pool can be made here: volumes are plain directories WITHOUT"
                                    + " size limit");
            return directories();
        }
    }

    private LocalPool btrfs() throws IOException {
        Path file = null;
        if (image.exists() || !isBtrfs(settings.directory())) {
            image.createIfAbsent(newImageBytes());
            image.mountIfAbsent();
            if (settings.imageSize() instanceof PoolSettings.ImageSize.Exactly exactly) {
                image.growTo(exactly.bytes());
            }
            file = image.file();
        }
        Files.createDirectories(btrfsRoot);
        Btrfs btrfs = Btrfs.at(btrfsRoot);
        Btrfs.QuotaMode mode = btrfs.enableQuota();
        switch (mode) {
            case SIMPLE -> {}
            case FULL ->
                    LOG.warn(
                            "the pool's btrfs has full quotas, not simple ones: subvolumes that a"
                                    + " pod makes within its volume escape the volume's size");
        }
        return opened("btrfs", btrfsRoot, new BtrfsBacking(btrfsRoot, btrfs, file));
    }

    private LocalPool directories() throws IOException {
        Files.createDirectories(directoryRoot);
        LOG.warn("volumes are plain directories: sizes are counted but NOT enforced");
        return opened("directory", directoryRoot, new DirectoryBacking(directoryRoot));
    }

    private LocalPool opened(String kind, Path root, Backing backing) throws IOException {
        LocalPool pool = LocalPool.open(root, backing, settings.overcommitPercent(), clock);
        LOG.atInfo()
                .addKeyValue("kind", kind)
                .addKeyValue("root", root)
                .addKeyValue("volumes", pool.list().size())
                .addKeyValue("availableBytes", pool.capacity().available())
                .log("pool is open");
        return pool;
    }

    private long newImageBytes() throws IOException {
        return switch (settings.imageSize()) {
            case PoolSettings.ImageSize.Exactly exactly -> exactly.bytes();
            case PoolSettings.ImageSize.OfFreeSpace share ->
                    share.bytes(settings.directory().toFile().getUsableSpace());
        };
    }

    private static boolean isBtrfs(Path directory) throws IOException {
        return MountTable.read().holding(directory).type().equals("btrfs");
    }

    private static void refuseOther(boolean present, Path other, String kind) throws IOException {
        if (present) {
            throw new IOException(
                    "CISTERN_POOL_KIND is %s, but there is a pool of another kind at %s: set auto, or move that away to give its volumes up"
                            .formatted(kind, other));
        }
    }

    private static FileLock lock(Path file) throws IOException, InterruptedException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        long deadline = System.nanoTime() + LOCK_TIMEOUT.toNanos();
        while (true) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - deadline > 0) {
                channel.close();
                throw new IOException(
                        "another process has had the pool for "
                                + LOCK_TIMEOUT.toSeconds()
                                + " s (lock "
                                + file
                                + ")");
            }
            Thread.sleep(100);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }
}
