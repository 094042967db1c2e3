package dev.cistern.csi.pool;

import dev.cistern.csi.linux.Restrictions;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicLong;

/// Removes directory trees of any depth.
///
/// A nested directory that is not empty is moved beside the tree, to be removed as a tree of its own. So no path is
/// longer than two names below the tree's parent, and neither memory nor stack grows with the tree.
final class FileTrees {

    private static final AtomicLong MOVED = new AtomicLong();

    private FileTrees() {}

    /// Removes a file or a directory, but only moves nested trees beside it: the caller has to look for them in the
    /// directory that contains `tree`. Symbolic links are removed, never followed. Idempotent.
    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (isDirectory(tree)) {
            empty(tree);
        }
        deleteOne(tree);
    }

    private static void empty(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (!isDirectory(entry)) {
                    deleteOne(entry);
                } else if (!deletedEmpty(entry)) {
                    move(directory, entry, directory.resolveSibling("moved." + unique()));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static String unique() {
        return Long.toUnsignedString(System.nanoTime(), 36) + "." + MOVED.incrementAndGet();
    }

    private static boolean isDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean deletedEmpty(Path directory) throws IOException {
        try {
            deleteOne(directory);
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }

    private static void move(Path holder, Path directory, Path to) throws IOException {
        try {
            Files.move(directory, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            Restrictions.lift(holder);
            Restrictions.lift(directory);
            Files.move(directory, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static void deleteOne(Path path) throws IOException {
        try {
            Files.delete(path);
        } catch (DirectoryNotEmptyException e) {
            throw e;
        } catch (FileSystemException e) {
            lift(path);
            Files.delete(path);
        }
    }

    private static void lift(Path path) throws IOException {
        Path holder = path.getParent();
        if (holder != null) {
            Restrictions.lift(holder);
        }
        // Links, sockets and devices cannot be opened for it, and have such attributes only on
        // their directory.
        if (isDirectory(path) || Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            Restrictions.lift(path);
        }
    }
}
