package dev.cistern.populate.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// An exchange that did not come to its end. The message names the origin.
public final class TransportException extends IOException {
    private static final long serialVersionUID = 1L;

    /// What went wrong.
    public enum Kind {
        /// The host is unknown, nobody listens, or the connect timed out.
        CONNECT,
        /// No byte came for longer than the read timeout, or too few of them.
        STALLED,
        /// The peer closed or reset the connection before the message's end.
        CUT,
        /// What came is not HTTP as this client accepts it.
        PROTOCOL,
        /// A proxy does not let the request through, and will not another time.
        PROXY,
        /// The TLS handshake failed: an unknown authority, a wrong name, no common protocol.
        TLS
    }

    private final Kind kind;

    public TransportException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /// What went wrong.
    public Kind kind() {
        return kind;
    }
}
