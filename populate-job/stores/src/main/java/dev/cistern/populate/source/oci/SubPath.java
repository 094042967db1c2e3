package dev.cistern.populate.source.oci;

import org.jspecify.annotations.Nullable;

/// The part of an artifact that is asked for.
///
/// @param text a tree (ends with `/`, or empty for everything), one file, or a tree without the slash
record SubPath(String text) {
    /// What all paths of the tree begin with.
    String tree() {
        return text.isEmpty() || text.endsWith("/") ? text : text + "/";
    }

    /// Where a path goes; null where it is not of that part.
    @Nullable String below(String path) {
        if (path.equals(text)) {
            return path.substring(path.lastIndexOf('/') + 1);
        }
        String tree = tree();
        return path.startsWith(tree) && path.length() > tree.length()
                ? path.substring(tree.length())
                : null;
    }

    /// The same of a directory, which is no file of its own name.
    @Nullable String belowDirectory(String path) {
        return path.equals(text) ? null : below(path);
    }

    /// Whether something of that part may lie below a directory; empty for the root.
    boolean meets(String directory) {
        String below = directory.isEmpty() ? "" : directory + "/";
        return below.startsWith(tree()) || tree().startsWith(below);
    }

    /// Whether what happens to a path concerns that part: it is in it, or leads to it.
    boolean concerns(String path) {
        return path.equals(text) || path.startsWith(tree()) || tree().startsWith(path + "/");
    }
}
