package dev.cistern.populate.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Receives the bytes of an object or of a range of it.
public interface ObjectSink {
    /// Called once before the first byte.
    ///
    /// @param digest of the whole object, where the store sent one with the bytes
    void begin(@Nullable ObjectDigest digest) throws IOException;

    /// Consumes all bytes between position and limit. The sink must not keep the buffer, but may clobber it.
    void accept(ByteBuffer bytes) throws IOException;
}
