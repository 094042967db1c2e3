package dev.cistern.populate.target;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Temporary files for object metadata that does not fit in memory. They are on the target, the only disk that a Job
/// can write to.
///
/// A file is unlinked as soon as it is open, so that the kernel frees its space when the process ends, however it ends.
/// What a later attempt needs is in the journal; these files are recreated.
public final class SpillFiles implements WorkFiles, Closeable {
    private final Path directory;
    private final List<FileChannel> open = new ArrayList<>();
    private int made;

    /// @param directory created with the first file
    public SpillFiles(Path directory) {
        this.directory = directory;
    }

    @Override
    public synchronized TargetFile create() throws IOException {
        TreeDirectories.make(directory);
        Path path = directory.resolve(Integer.toString(made++));
        FileChannel file =
                FileChannel.open(
                        path,
                        Set.of(
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                LinkOption.NOFOLLOW_LINKS));
        open.add(file);
        Files.delete(path);
        return new ChannelFile(file);
    }

    /// Whether any file was created.
    public synchronized boolean used() {
        return made > 0;
    }

    /// Closes all files and removes names that an earlier process left: killed before unlinking them, or kept by NFS
    /// for open files.
    void remove() throws IOException {
        close();
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(directory);
    }

    @Override
    public synchronized void close() throws IOException {
        for (FileChannel file : open) {
            file.close();
        }
        open.clear();
    }
}
