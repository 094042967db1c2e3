package dev.cistern.populate.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A failed exchange. The message names the origin.
public final class TransportException extends IOException {
    private static final long serialVersionUID = 1L;

    /// What went wrong.
    public enum Kind {
        /// The host is unknown, refuses connections, or the connect timed out.
        CONNECT,
        /// No data, or too little, was received within the read timeout.
        STALLED,
        /// The peer closed or reset the connection before the message's end.
        CUT,
        /// The response is not valid HTTP.
        PROTOCOL,
        /// A proxy rejects the request; a retry would fail, too.
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
