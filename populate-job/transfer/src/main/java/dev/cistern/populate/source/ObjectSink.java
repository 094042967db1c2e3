package dev.cistern.populate.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Takes the bytes of one object or of a part of it.
public interface ObjectSink {
    /// Called once before the first byte.
    ///
    /// @param digest of the whole object, where the store gave one with the bytes
    void begin(@Nullable ObjectDigest digest) throws IOException;

    /// Takes all bytes between position and limit; the buffer is not the sink's to keep, but it may overwrite them.
    void accept(ByteBuffer bytes) throws IOException;
}
