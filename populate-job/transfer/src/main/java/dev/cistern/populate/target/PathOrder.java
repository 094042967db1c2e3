package dev.cistern.populate.target;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds two entries for one path, and a file with paths below it, in a sequence that is sorted by bytes. It needs only
/// the previous path.
///
/// A directory's path ends with a slash here. All paths with a common prefix are adjacent in the sequence, so a file
/// `a` has to be remembered until the first path that does not begin with `a`: between it and `a/b` there may be `a-x`.
/// The remembered ones are all prefixes of the previous path, so their lengths are enough.
final class PathOrder {
    private byte[] last = new byte[0];
    private int[] files = new int[16];
    private int depth;
    private long directories;

    /// A conflict between two paths.
    ///
    /// @param length of the earlier file's path, in bytes
    /// @param same whether both paths are equal
    record Conflict(int length, boolean same) {}

    /// Number of directories of all paths so far.
    long directories() {
        return directories;
    }

    /// Whether a path sorts after the previous one or equals it.
    boolean follows(byte[] path) {
        return Arrays.compareUnsigned(last, path) <= 0;
    }

    /// The conflict that a path that [#follows] would cause, or null. Does not add it.
    @Nullable Conflict meets(byte[] path) {
        int common = Arrays.mismatch(last, path);
        common = common < 0 ? path.length : common;
        for (int i = depth - 1; i >= 0; i--) {
            int length = files[i];
            if (length <= common && (length == path.length || path[length] == '/')) {
                return new Conflict(length, length == path.length);
            }
        }
        return null;
    }

    /// Adds a path that [#follows]; returns the conflict, or null.
    ///
    /// @param path ends with a slash if it is a directory's
    @Nullable Conflict take(byte[] path) {
        int common = Arrays.mismatch(last, path);
        common = common < 0 ? path.length : common;
        while (depth > 0 && files[depth - 1] > common) {
            depth--;
        }
        for (int i = common; i < path.length; i++) {
            directories += path[i] == '/' ? 1 : 0;
        }
        Conflict met = meets(path);
        last = path;
        if (met != null) {
            return met;
        }
        if (path[path.length - 1] != '/') {
            if (depth == files.length) {
                files = Arrays.copyOf(files, depth * 2);
            }
            files[depth++] = path.length;
        }
        return null;
    }
}
