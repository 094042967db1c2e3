package dev.cistern.populate.wire;

/// A text that is not what the run protocol says it must be. The message names the field and never repeats a secret.
public final class WireException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param message what is wrong, with the path of the field, for example `sources[0].store.bucket: must not be empty`
    public WireException(String message) {
        super(message);
    }
}
