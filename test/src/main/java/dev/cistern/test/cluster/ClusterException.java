package dev.cistern.test.cluster;

/// A cluster could not be started or an operation on it failed; the message says what to do.
public final class ClusterException extends RuntimeException {
    public ClusterException(String message) {
        super(message);
    }

    public ClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
