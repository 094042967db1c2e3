package dev.cistern.csi.pool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Changes of directories that a crash or a power cut either loses whole or leaves whole.
final class DurableFiles {

    /// How the name of a file that is being written ends.
    static final String UNFINISHED = ".new";

    private DurableFiles() {}

    /// Writes a file that is seen with all of its content or not at all.
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
