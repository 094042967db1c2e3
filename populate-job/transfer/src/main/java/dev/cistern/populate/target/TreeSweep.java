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

/// Goes through a directory tree, follows no link, and removes the files and empty directories that it is told of.
final class TreeSweep {
    /// Hears of directories that something was removed from, and that are still there.
    interface Changes {
        void changed(String directory) throws IOException;
    }

    private final OpenTarget.Sweep which;
    private final Changes changes;

    TreeSweep(OpenTarget.Sweep which, Changes changes) {
        this.which = which;
        this.changes = changes;
    }

    /// Goes through the tree, but for what the engine keeps there.
    void run(Path root) throws IOException {
        Files.walkFileTree(root, new Visitor(root));
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;

        /// For each directory from the target to where the walk is, whether something was removed from it.
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

        /// Removes a directory; false when somebody has something in it.
        private boolean removed(Path directory) throws IOException {
            try {
                remove(directory);
                return true;
            } catch (DirectoryNotEmptyException e) {
                return false;
            }
        }

        /// Removes what lies in the directory that the walk is in.
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
