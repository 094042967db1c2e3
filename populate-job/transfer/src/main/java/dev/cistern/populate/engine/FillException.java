package dev.cistern.populate.engine;

import dev.cistern.populate.target.PathOccupiedException;
import dev.cistern.populate.wire.Reason;
import org.jspecify.annotations.Nullable;

/// Why a fill failed. The message is for people: what happened, where, and what to do.
public final class FillException extends Exception {
    private static final long serialVersionUID = 1L;
    private final Reason reason;
    private final boolean ofDigest;

    public FillException(Reason reason, String message, @Nullable Throwable cause) {
        this(reason, message, cause, false);
    }

    private FillException(
            Reason reason, String message, @Nullable Throwable cause, boolean ofDigest) {
        super(message, cause);
        this.reason = reason;
        this.ofDigest = ofDigest;
    }

    /// The bytes have the right length and a digest that differs from the store's.
    static FillException ofDigest(String message) {
        return new FillException(Reason.DIGEST_MISMATCH, message, null, true);
    }

    /// The message, with a hint where comparing sizes only would let the fill succeed.
    ///
    /// @param howToCompareLengths the hint, in terms of the program's own options
    public String message(String howToCompareLengths) {
        String text = String.valueOf(getMessage());
        return ofDigest ? text + "; " + howToCompareLengths : text;
    }

    /// The reason for status and exit code.
    public Reason reason() {
        return reason;
    }

    /// A failure of the target's file system.
    static FillException ofTarget(java.io.IOException e, String doing) {
        String text = e.getMessage() == null ? e.toString() : e.getMessage();
        if (text.contains("No space left") || text.contains("Disk quota exceeded")) {
            return new FillException(
                    Reason.INSUFFICIENT_SPACE, "the volume is full (" + text + ")", e);
        }
        if (e instanceof PathOccupiedException) {
            return new FillException(Reason.TARGET_IO_ERROR, text, e);
        }
        return new FillException(
                Reason.TARGET_IO_ERROR,
                "the target's file system failed while " + doing + ": " + text,
                e);
    }
}
