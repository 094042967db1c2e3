package dev.cistern.populate.target;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/// Directories with new names, which have to be synced before the names are durable.
final class NewNames {
    /// Up to this number they are synced one by one; above, one sync of the file system is cheaper.
    private static final int SINGLE_SYNCS = 16;

    /// Maximum memory of pending directories where the whole file system cannot be synced: some 16,000 with usual paths.
    static final long MAX_BYTES = 3L << 20;

    /// Memory of a path without its characters, each of which takes a byte or two.
    private static final int PATH_BYTES = 120;

    private final Path root;
    private final Set<String> directories = new LinkedHashSet<>();
    private long bytes;
    private boolean atOnce;
    private boolean tooMany;

    NewNames(Path root) {
        this.root = root;
    }

    /// Sets whether the whole file system can be synced.
    synchronized void many(boolean syncsAtOnce) {
        atOnce = syncsAtOnce;
    }

    /// Whether there are too many to sync one by one.
    synchronized boolean tooMany() {
        return tooMany;
    }

    /// Records a new path; one that ends with a slash is a directory itself.
    ///
    /// @param durable whether names are to be durable at all
    synchronized void note(String path, boolean durable) throws IOException {
        for (int slash = path.lastIndexOf('/');
                slash > 0 && !tooMany;
                slash = path.lastIndexOf('/', slash - 1)) {
            if (!directories.add(path.substring(0, slash))) {
                return;
            }
            bytes += PATH_BYTES + 2L * slash;
            tooMany = atOnce && directories.size() > SINGLE_SYNCS;
        }
        if (bytes >= MAX_BYTES) {
            if (durable) {
                sync();
            }
            clear();
        }
    }

    /// Syncs all directories but the root.
    synchronized void sync() throws IOException {
        for (String directory : directories) {
            try {
                TargetTree.sync(root.resolve(directory));
            } catch (NoSuchFileException e) {
                // Removed since; its parent is recorded, or is the root.
                continue;
            }
        }
        clear();
    }

    /// How many directories wait.
    synchronized int waiting() {
        return directories.size();
    }

    private void clear() {
        directories.clear();
        bytes = 0;
    }
}
