package dev.cistern.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// C structures as buffers: all bytes up to the limit, whatever the position.
public final class Structs {
    private Structs() {}

    /// A structure of zeros, in native byte order.
    ///
    /// @param bytes its size
    public static ByteBuffer of(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    /// A structure of 8-byte words.
    public static ByteBuffer ofWords(long... words) {
        ByteBuffer struct = of(words.length * Long.BYTES);
        for (int i = 0; i < words.length; i++) {
            struct.putLong(i * Long.BYTES, words[i]);
        }
        return struct;
    }
}
