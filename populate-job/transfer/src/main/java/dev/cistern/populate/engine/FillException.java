package dev.cistern.populate.engine;

import dev.cistern.populate.target.InTheWayException;
import dev.cistern.populate.wire.Reason;
import org.jspecify.annotations.Nullable;

/// Why a fill ended without success. The message is for people: what happened, where, what to do.
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

    /// Bytes of the right length have another digest than the store says.
    static FillException ofDigest(String message) {
        return new FillException(Reason.DIGEST_MISMATCH, message, null, true);
    }

    /// The message, and what its reader may do besides where comparing lengths alone would get past it.
    ///
    /// @param howToCompareLengths in the words of whoever began the fill
    public String message(String howToCompareLengths) {
        String text = String.valueOf(getMessage());
        return ofDigest ? text + "; " + howToCompareLengths : text;
    }

    /// What it counts as.
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
        if (e instanceof InTheWayException) {
            return new FillException(Reason.TARGET_IO_ERROR, text, e);
        }
        return new FillException(
                Reason.TARGET_IO_ERROR,
                "the target's file system failed while " + doing + ": " + text,
                e);
    }
}
