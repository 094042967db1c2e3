package dev.cistern.populate.target;

import java.io.IOException;

/// A path is occupied: by a file where a directory is needed, or by a directory where a file is needed.
public final class PathOccupiedException extends IOException {
    private static final long serialVersionUID = 1L;

    /// @param path the occupied path
    /// @param what is there, such as `is not a directory`
    public PathOccupiedException(String path, String what) {
        super(path + " is in the way: it exists and " + what + " (links are not followed)");
    }
}
