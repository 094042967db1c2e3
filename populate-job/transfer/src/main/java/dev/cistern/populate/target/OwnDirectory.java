package dev.cistern.populate.target;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.function.LongPredicate;

/// The engine's own directory in the target: the lock, the journal, incomplete files, and files for what does not fit
/// in memory.
final class OwnDirectory implements AutoCloseable {
    private final Path path;
    private final Path partials;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final boolean resumed;
    private final SpillFiles spill;

    private OwnDirectory(Path path, FileChannel lockFile, FileLock lock, boolean resumed) {
        this.path = path;
        this.partials = path.resolve("partial");
        this.lockFile = lockFile;
        this.lock = lock;
        this.resumed = resumed;
        this.spill = new SpillFiles(path.resolve("spill"));
    }

    /// Creates or finds it, and locks it.
    ///
    /// @param root of the target
    /// @throws IOException when it cannot be written, or another process fills the target
    static OwnDirectory open(Path root) throws IOException {
        Path own = root.resolve(KeyPaths.OWN_DIRECTORY);
        boolean resumed = !TreeDirectories.make(own);
        TreeDirectories.make(own.resolve("partial"));
        FileChannel file =
                FileChannel.open(
                        own.resolve("lock"),
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                LinkOption.NOFOLLOW_LINKS));
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            file.close();
            throw new IOException("another process is filling " + root);
        }
        OwnDirectory opened = new OwnDirectory(own, file, lock, resumed);
        if (resumed) {
            opened.spill.remove();
        }
        return opened;
    }

    /// Whether an earlier attempt left it.
    boolean resumed() {
        return resumed;
    }

    Path journal() {
        return path.resolve("journal");
    }

    Path partial(long id) {
        return partials.resolve(Long.toHexString(id));
    }

    /// Removes all incomplete files but those that are known.
    void keepPartials(LongPredicate known) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(partials)) {
            for (Path file : left) {
                String name = String.valueOf(file.getFileName());
                if (name.matches("[0-9a-f]{1,16}")
                        && !known.test(Long.parseUnsignedLong(name, 16))) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    SpillFiles spill() {
        return spill;
    }

    /// Whether the file system folds names. No known Linux file system normalizes Unicode and is case-sensitive: one
    /// probe answers both.
    boolean foldsNames() throws IOException {
        Path probe = path.resolve("Probe");
        Files.deleteIfExists(probe);
        Files.createFile(probe);
        try {
            return Files.exists(path.resolve("pROBE"), LinkOption.NOFOLLOW_LINKS);
        } finally {
            Files.delete(probe);
        }
    }

    /// Removes it, the lock last.
    void remove() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(partials)) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
        Files.delete(partials);
        spill.remove();
        Files.deleteIfExists(journal());
        Files.deleteIfExists(path.resolve("lock"));
        Files.delete(path);
    }

    @Override
    public void close() throws IOException {
        spill.close();
        lock.close();
        lockFile.close();
    }
}
