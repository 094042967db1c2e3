package dev.cistern.populate.target;

import java.io.IOException;

/// Something that is no directory lies where one is needed, or a directory where a file is.
public final class InTheWayException extends IOException {
    private static final long serialVersionUID = 1L;

    /// @param path of what is there
    /// @param what it is, such as `is not a directory`
    public InTheWayException(String path, String what) {
        super(path + " is in the way: it exists and " + what + " (links are not followed)");
    }
}
