package dev.cistern.populate.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Receives the bytes of a body in order.
@FunctionalInterface
public interface BodySink {
    /// Consumes all bytes between position and limit, and may clobber the buffer. The buffer belongs to the connection
    /// and is reused after the call.
    ///
    /// @throws IOException to end the exchange
    void accept(ByteBuffer bytes) throws IOException;
}
