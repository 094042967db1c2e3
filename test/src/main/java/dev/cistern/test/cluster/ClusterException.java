package dev.cistern.test.cluster;

/// A cluster could not be had, or could not do what it was asked; the message says what to do.
public final class ClusterException extends RuntimeException {
    public ClusterException(String message) {
        super(message);
    }

    public ClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
