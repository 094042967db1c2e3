package dev.cistern.populate.wire;

/// A text that violates the run protocol. The message names the field and never repeats a secret.
public final class WireException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param message the path of the field and the problem, for example `sources[0].store.bucket: must not be empty`
    public WireException(String message) {
        super(message);
    }
}
