package dev.cistern.populate.target;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Walks a directory tree without following links, and removes the selected files and empty directories.
final class TreeSweep {
    /// Called for directories that something was removed from and that still exist.
    interface Changes {
        void changed(String directory) throws IOException;
    }

    private final OpenTarget.Sweep which;
    private final Changes changes;

    TreeSweep(OpenTarget.Sweep which, Changes changes) {
        this.which = which;
        this.changes = changes;
    }

    /// Walks the tree except for the engine's own directory.
    void run(Path root) throws IOException {
        Files.walkFileTree(root, new Visitor(root));
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;

        /// For each directory from the target to the current one, whether something was removed from it.
        private final Deque<Boolean> changed = new ArrayDeque<>();

        Visitor(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            if (directory.equals(root.resolve(KeyPaths.OWN_DIRECTORY))) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            changed.push(false);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            if (attributes.isRegularFile()
                    && which.file(
                            relative(file),
                            attributes.size(),
                            attributes.lastModifiedTime().toMillis())) {
                remove(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
                throws IOException {
            String path = relative(directory);
            boolean less = changed.pop();
            if (path.isEmpty()) {
                return FileVisitResult.CONTINUE;
            }
            boolean gone = which.directory(path) && removed(directory);
            if (less && !gone) {
                changes.changed(path);
            }
            return FileVisitResult.CONTINUE;
        }

        /// Removes a directory; returns false when it is not empty.
        private boolean removed(Path directory) throws IOException {
            try {
                remove(directory);
                return true;
            } catch (DirectoryNotEmptyException e) {
                return false;
            }
        }

        /// Removes an entry of the current directory.
        private void remove(Path path) throws IOException {
            Files.deleteIfExists(path);
            changed.pop();
            changed.push(true);
        }

        private String relative(Path path) {
            return root.relativize(path).toString();
        }
    }
}
