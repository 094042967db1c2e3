package dev.cistern.populate.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Takes the bytes of a body in order.
@FunctionalInterface
public interface BodySink {
    /// Takes all bytes between position and limit, and may overwrite them. The buffer is the connection's own and is used again
    /// after the call.
    ///
    /// @throws IOException when they cannot be taken; the exchange ends with it
    void accept(ByteBuffer bytes) throws IOException;
}
