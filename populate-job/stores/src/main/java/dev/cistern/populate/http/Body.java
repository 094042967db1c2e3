package dev.cistern.populate.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// The body of a response, to be read once.
public final class Body {
    private enum Framing {
        NONE,
        FIXED,
        CHUNKED,
        TO_END
    }

    private final HttpConnection connection;
    private final Framing framing;
    private final long length;
    private boolean consumed;

    private Body(HttpConnection connection, Framing framing, long length) {
        this.connection = connection;
        this.framing = framing;
        this.length = length;
        this.consumed = framing == Framing.NONE;
    }

    static Body of(HttpConnection connection, ResponseHead head, boolean headOnly) {
        if (headOnly) {
            // Its length headers describe a body that is not sent.
            return new Body(connection, Framing.NONE, 0);
        }
        long length = head.contentLength();
        boolean chunked = head.chunked();
        if (head.status() == 204 || head.status() == 304 || (length == 0 && !chunked)) {
            return new Body(connection, Framing.NONE, 0);
        }
        if (chunked) {
            return new Body(connection, Framing.CHUNKED, -1);
        }
        return length > 0
                ? new Body(connection, Framing.FIXED, length)
                : new Body(connection, Framing.TO_END, -1);
    }

    /// Length in bytes; -1 where it is unknown in advance.
    public long length() {
        return length;
    }

    boolean consumed() {
        return consumed && framing != Framing.TO_END;
    }

    /// Passes the whole body to a sink. Bytes received before a failure are passed on before this throws.
    ///
    /// @throws TransportException when the body ends early or is malformed
    /// @throws IOException thrown by the sink
    public void transferTo(BodySink sink) throws IOException {
        switch (framing) {
            case NONE -> {}
            case FIXED -> connection.readFixed(length, sink);
            case CHUNKED -> ChunkedBody.read(connection, sink);
            case TO_END -> connection.readToEnd(sink);
        }
        consumed = true;
    }

    /// The whole body, of at most `most` bytes.
    ///
    /// @throws TransportException when it is longer, ends early or is malformed
    public byte[] bytes(int most) throws IOException {
        ByteArrayOutputStream all =
                new ByteArrayOutputStream(length > 0 && length <= most ? (int) length : 1024);
        transferTo(
                piece -> {
                    if (all.size() + piece.remaining() > most) {
                        throw connection.protocol("body longer than " + most + " bytes");
                    }
                    byte[] bytes = new byte[piece.remaining()];
                    piece.get(bytes);
                    all.write(bytes, 0, bytes.length);
                });
        return all.toByteArray();
    }
}
