package dev.cistern.populate.archive;

import java.io.IOException;

/// What reading an archive's own bytes threw, on its way through a library.
public class PassedThrough extends IOException {
    private static final long serialVersionUID = 1L;

    public PassedThrough(Throwable cause) {
        super(cause);
    }
}
