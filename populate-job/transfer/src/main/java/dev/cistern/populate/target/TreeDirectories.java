package dev.cistern.populate.target;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Creates the directories of the tree. None is used before it was checked to be a real one: links are never followed.
final class TreeDirectories {
    private final Path root;
    private final KnownDirectories known = new KnownDirectories();
    private volatile OpenTarget.DirectoryListener listener = path -> {};

    TreeDirectories(Path root) {
        this.root = root;
    }

    /// Sets who is told of each directory before it is created.
    void listener(OpenTarget.DirectoryListener created) {
        listener = created;
    }

    /// Creates a directory unless it exists; returns whether it was created.
    static boolean make(Path directory) throws IOException {
        try {
            Files.createDirectory(directory);
            return true;
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw new PathOccupiedException(directory.toString(), "is not a directory");
            }
            return false;
        }
    }

    /// Creates a directory of the tree and its parents unless they exist.
    ///
    /// @param path below the root; empty for the root
    synchronized void makeAll(String path) throws IOException {
        if (path.isEmpty() || known.contains(path)) {
            return;
        }
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            makeAll(path.substring(0, slash));
        }
        Path directory = root.resolve(path);
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            listener.made(path);
        }
        make(directory);
        known.add(path);
    }

    /// Whether no parent of a path is a link.
    boolean parentsAreReal(String path) {
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            if (!Files.isDirectory(
                    root.resolve(path.substring(0, slash)), LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }
}
