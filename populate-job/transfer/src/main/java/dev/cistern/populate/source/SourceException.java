package dev.cistern.populate.source;

import dev.cistern.populate.wire.Reason;
import org.jspecify.annotations.Nullable;

/// An expected failure of a store. Its class says how to handle it, its message what happened and where.
public abstract sealed class SourceException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    private SourceException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /// Reason of a run that ends because of this.
    public Reason reason() {
        return reason;
    }

    /// A retry may succeed.
    public static final class Retryable extends SourceException {
        private static final long serialVersionUID = 1L;
        private final long afterMillis;
        private final boolean reached;
        private final boolean busy;

        /// @param afterMillis wait requested by the store; 0 for none
        /// @param reached whether the store responded at all
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

        /// The store is overloaded: it may serve fewer concurrent requests.
        public static Retryable busy(Reason reason, String message, long afterMillis) {
            return new Retryable(reason, message, afterMillis);
        }

        /// Whether the store is overloaded, so that all streams should send fewer requests.
        public boolean busy() {
            return busy;
        }

        /// Wait requested by the store, in milliseconds; 0 for none.
        public long afterMillis() {
            return afterMillis;
        }

        /// Whether the store responded at all; an endpoint that never responds may be wrong.
        public boolean reached() {
            return reached;
        }
    }

    /// The object has changed, or the response does not match the request: the object has to be restarted.
    public static final class Changed extends SourceException {
        private static final long serialVersionUID = 1L;
        private final boolean gone;
        private final boolean unfit;

        /// @param gone whether the object no longer exists
        public Changed(String message, boolean gone) {
            this(message, gone, false);
        }

        private Changed(String message, boolean gone, boolean unfit) {
            super(Reason.OBJECT_CHANGED, message, null);
            this.gone = gone;
            this.unfit = unfit;
        }

        /// The object has not changed, but the response cannot be its content.
        public static Changed unfit(String message) {
            return new Changed(message, false, true);
        }

        /// Whether the store claims to have the requested version but sends something inconsistent.
        public boolean unfit() {
            return unfit;
        }

        /// Whether the object no longer exists.
        public boolean gone() {
            return gone;
        }
    }

    /// A retry would fail in the same way.
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

        /// The store does not support the request; a different request may work.
        public static Refused unsupported(String message) {
            return new Refused(Reason.INVALID_CONFIGURATION, message, null, true);
        }

        /// Whether the store does not support the request.
        public boolean unsupported() {
            return unsupported;
        }
    }
}
