package dev.cistern.populate.target;

import dev.cistern.linux.Descriptor;
import dev.cistern.linux.LinuxException;
import dev.cistern.linux.LinuxFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Linux calls that the JDK lacks: `syncfs`, reserving blocks, the number of free inodes, and setting a file's times in
/// one call.
///
/// Loading costs some 20 ms of CPU, so it is done only for fills that gain more. Where the platform or the JVM's flags
/// do not allow it, callers fall back to the JDK.
public final class Native implements AutoCloseable {
    private final Path root;
    private final Descriptor directory;

    private Native(Path root, Descriptor directory) {
        this.root = root;
        this.directory = directory;
    }

    /// Opens the target's directory, so that `syncfs` reports every failed write-back from now on. Returns null where
    /// the calls are not available.
    ///
    /// @param root directory on the file system
    public static @Nullable Native load(Path root) {
        try {
            return new Native(
                    root, Descriptor.open(root, Descriptor.O_RDONLY | Descriptor.O_DIRECTORY));
        } catch (IOException | RuntimeException | LinkageError e) {
            // No directory, no Linux, or native access denied: the slower JDK calls are used.
            return null;
        }
    }

    /// Makes everything on the target's file system durable.
    ///
    /// @throws IOException when a write-back failed
    public void syncFileSystem() throws IOException {
        directory.syncFileSystem();
    }

    /// Reserves a file's blocks; returns false where the file system cannot.
    ///
    /// @throws IOException when there is no space
    boolean allocate(Path file, long size) throws IOException {
        try (Descriptor open = Descriptor.open(file, Descriptor.O_RDWR | Descriptor.O_NOFOLLOW)) {
            open.allocate(size);
            return true;
        } catch (LinuxException e) {
            if (e.outOfSpace()) {
                throw e;
            }
            return false;
        }
    }

    /// Sets a file's modification and access time: one call instead of the JDK's four.
    ///
    /// @throws IOException when they could not be set
    void setTimes(Path file, long millis) throws IOException {
        LinuxFiles.setTimes(file, millis);
    }

    /// Number of free inodes; -1 where the file system does not count them.
    long freeInodes() {
        try {
            return LinuxFiles.freeInodes(root);
        } catch (LinuxException e) {
            return -1;
        }
    }

    @Override
    public void close() {
        directory.close();
    }
}
