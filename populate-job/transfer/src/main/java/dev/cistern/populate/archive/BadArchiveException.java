package dev.cistern.populate.archive;

import java.io.IOException;

/// An archive that cannot be taken: damaged, of another format, or holding what is never copied. The message says
/// which, and names the entry where it is one's.
public final class BadArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    public BadArchiveException(String message) {
        super(message);
    }

    public BadArchiveException(String message, Throwable cause) {
        super(message, cause);
    }
}
