package dev.cistern.csi.pool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Atomic and durable changes of directories.
final class DurableFiles {

    /// Suffix of a file that is being written.
    static final String UNFINISHED = ".new";

    private DurableFiles() {}

    /// Writes a file atomically.
    static void write(Path file, byte[] content) throws IOException {
        Path temp = file.resolveSibling(file.getFileName() + UNFINISHED);
        try (FileChannel channel =
                FileChannel.open(
                        temp,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        rename(temp, file);
    }

    static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncParent(to);
        if (!parent(from).equals(parent(to))) {
            syncParent(from);
        }
    }

    static void deleteIfExists(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            syncParent(file);
        }
    }

    private static void syncParent(Path path) throws IOException {
        try (FileChannel directory = FileChannel.open(parent(path), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("has no parent: " + path);
        }
        return parent;
    }
}
