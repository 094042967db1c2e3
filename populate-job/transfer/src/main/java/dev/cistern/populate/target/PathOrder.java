package dev.cistern.populate.target;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds two entries for one path, and a file that others lie below, in a sequence that is sorted by its bytes. It needs the path before
/// and nothing else, however many there are.
///
/// A directory's path ends with a slash here. All that begins with some text is then together in the sequence, so a file `a` has to be
/// remembered until the first path that does not begin with `a`: between it and `a/b` may lie `a-x`. The remembered ones are all
/// beginnings of the path before; their lengths are enough.
final class PathOrder {
    private byte[] last = new byte[0];
    private int[] files = new int[16];
    private int depth;
    private long directories;

    /// What a path meets.
    ///
    /// @param length of the path of the file that was there before, in bytes
    /// @param same whether the path is that file's own
    record Conflict(int length, boolean same) {}

    /// How many directories the paths so far are in, or are.
    long directories() {
        return directories;
    }

    /// Whether a path comes after the one before, or is the same.
    boolean follows(byte[] path) {
        return Arrays.compareUnsigned(last, path) <= 0;
    }

    /// What a path that [#follows] would meet; null for nothing. It is not taken.
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

    /// Takes a path that [#follows]; null when it meets no other.
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
