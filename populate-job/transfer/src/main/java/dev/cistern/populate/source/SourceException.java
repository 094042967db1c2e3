package dev.cistern.populate.source;

import dev.cistern.populate.wire.Reason;
import org.jspecify.annotations.Nullable;

/// An expected failure of a store. Its class says what may be done about it, its message what happened and where.
public abstract sealed class SourceException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    private SourceException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /// How a run that cannot get past this ends.
    public Reason reason() {
        return reason;
    }

    /// Another attempt may succeed.
    public static final class Retryable extends SourceException {
        private static final long serialVersionUID = 1L;
        private final long afterMillis;
        private final boolean reached;
        private final boolean busy;

        /// @param afterMillis what the store asked to wait; 0 where it asked for nothing
        /// @param reached whether the store answered at all
        public Retryable(
                Reason reason,
                String message,
                long afterMillis,
                boolean reached,
                @Nullable Throwable cause) {
            super(reason, message, cause);
            this.afterMillis = afterMillis;
            this.reached = reached;
            this.busy = false;
        }

        private Retryable(Reason reason, String message, long afterMillis) {
            super(reason, message, null);
            this.afterMillis = afterMillis;
            this.reached = true;
            this.busy = true;
        }

        /// The store is asked too much now: fewer requests at a time may be served.
        public static Retryable busy(Reason reason, String message, long afterMillis) {
            return new Retryable(reason, message, afterMillis);
        }

        /// Whether the store was asked too much, so that all should ask for less.
        public boolean busy() {
            return busy;
        }

        /// What the store asked to wait, in milliseconds; 0 where it asked for nothing.
        public long afterMillis() {
            return afterMillis;
        }

        /// Whether the store answered at all; an endpoint that nobody answers at may be a wrong one.
        public boolean reached() {
            return reached;
        }
    }

    /// What the store has, or sends, is not, or no longer, what was asked for: the object is to be begun again.
    public static final class Changed extends SourceException {
        private static final long serialVersionUID = 1L;
        private final boolean gone;
        private final boolean unfit;

        /// @param gone whether there is no such object any more
        public Changed(String message, boolean gone) {
            this(message, gone, false);
        }

        private Changed(String message, boolean gone, boolean unfit) {
            super(Reason.OBJECT_CHANGED, message, null);
            this.gone = gone;
            this.unfit = unfit;
        }

        /// The object is the same, and what came of it cannot be its bytes.
        public static Changed unfit(String message) {
            return new Changed(message, false, true);
        }

        /// Whether the store has the version that was asked for, as far as it says, and sends something else.
        public boolean unfit() {
            return unfit;
        }

        /// Whether there is no such object any more.
        public boolean gone() {
            return gone;
        }
    }

    /// Another attempt would fail the same way.
    public static final class Refused extends SourceException {
        private static final long serialVersionUID = 1L;

        private final boolean unsupported;

        public Refused(Reason reason, String message, @Nullable Throwable cause) {
            this(reason, message, cause, false);
        }

        private Refused(
                Reason reason, String message, @Nullable Throwable cause, boolean unsupported) {
            super(reason, message, cause);
            this.unsupported = unsupported;
        }

        /// The store does not do what it was asked for; another way of asking may help.
        public static Refused unsupported(String message) {
            return new Refused(Reason.INVALID_CONFIGURATION, message, null, true);
        }

        /// Whether the store does not do what it was asked for.
        public boolean unsupported() {
            return unsupported;
        }
    }
}
