package dev.cistern.populate.target;

import dev.cistern.linux.Descriptor;
import dev.cistern.linux.LinuxException;
import dev.cistern.linux.LinuxFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What Linux can do for a fill and the JDK does not offer: `syncfs`, reserving blocks, the count of free inodes, and a file's times
/// in one call.
///
/// Loading costs some 20 ms of CPU, so it is done for fills that gain more by it. Where the platform or the JVM's flags do not
/// allow it, callers fall back to what the JDK has.
public final class Native implements AutoCloseable {
    private final Path root;
    private final Descriptor directory;

    private Native(Path root, Descriptor directory) {
        this.root = root;
        this.directory = directory;
    }

    /// The calls, with the target's directory held open: `syncfs` then reports every failed write-back since now. Null where they
    /// cannot be had.
    ///
    /// @param root directory whose file system is meant
    public static @Nullable Native load(Path root) {
        try {
            return new Native(
                    root, Descriptor.open(root, Descriptor.O_RDONLY | Descriptor.O_DIRECTORY));
        } catch (IOException | RuntimeException | LinkageError e) {
            // No directory, no Linux, or native access denied: the JDK's own ways do the work, only
            // slower.
            return null;
        }
    }

    /// Makes everything on the target's file system durable.
    ///
    /// @throws IOException when something could not be written
    public void syncFileSystem() throws IOException {
        directory.syncFileSystem();
    }

    /// Reserves a file's blocks; false where the file system cannot.
    ///
    /// @throws IOException when there is no room
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

    /// Sets a file's times of change and of use: one call instead of the JDK's four.
    ///
    /// @throws IOException when it could not be set
    void setTimes(Path file, long millis) throws IOException {
        LinuxFiles.setTimes(file, millis);
    }

    /// How many files can still be made; -1 where the file system does not count them.
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
