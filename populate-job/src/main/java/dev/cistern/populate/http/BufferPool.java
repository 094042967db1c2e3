package dev.cistern.populate.http;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/// Receive buffers, lent for one exchange each: however many connections are kept idle, and to however many stores, there are only
/// as many buffers as there were exchanges at a time.
///
/// The first few are large. A few streams that fetch large objects take fewer turns with them, and a store far away that needs many
/// streams for its many small objects gets the others.
public final class BufferPool {
    /// For writes past the page cache.
    private static final int PAGE_BYTES = 4096;

    private final int bytes;
    private final int largeBytes;
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private int largeToMake;

    /// @param bytes of a buffer, at least 64 KiB
    /// @param largeBytes of the first ones
    /// @param largeBuffers how many these are
    public BufferPool(int bytes, int largeBytes, int largeBuffers) {
        this.bytes = bytes;
        this.largeBytes = largeBytes;
        this.largeToMake = largeBuffers;
    }

    /// Buffers that are all alike.
    public static BufferPool of(int bytes) {
        return new BufferPool(bytes, bytes, 0);
    }

    synchronized ByteBuffer take() {
        ByteBuffer used = free.pollFirst();
        if (used != null) {
            return used;
        }
        int size = bytes;
        if (largeToMake > 0) {
            largeToMake--;
            size = largeBytes;
        }
        return ByteBuffer.allocateDirect(size + PAGE_BYTES).alignedSlice(PAGE_BYTES).slice(0, size);
    }

    synchronized void give(ByteBuffer buffer) {
        if (buffer.capacity() == largeBytes) {
            free.addFirst(buffer);
        } else {
            free.addLast(buffer);
        }
    }
}
