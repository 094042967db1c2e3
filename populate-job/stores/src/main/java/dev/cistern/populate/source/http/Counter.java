package dev.cistern.populate.source.http;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Counts bytes and drops them.
final class Counter implements ObjectSink {
    long bytes;

    @Override
    public void begin(@Nullable ObjectDigest digest) {}

    @Override
    public void accept(ByteBuffer piece) {
        bytes += piece.remaining();
        piece.position(piece.limit());
    }
}
