package dev.cistern.populate.store;

/// An invalid command line. The message names the problem and what to do.
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
