package dev.cistern.populate.http;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Receive buffers, lent for one exchange each: however many connections are kept idle, and to however many stores, there are only
/// as many buffers as there were exchanges at a time.
///
/// The first few are large, the next of medium size. A few streams that fetch large objects take fewer turns with them, and a store far
/// away that needs hundreds of streams for its small objects gets the others.
public final class BufferPool {
    /// For writes past the page cache.
    private static final int PAGE_BYTES = 4096;

    /// Buffers of one size.
    private static final class Sort {
        private final int bytes;
        private final Deque<ByteBuffer> free = new ArrayDeque<>();
        private int toMake;

        Sort(int bytes, int toMake) {
            this.bytes = bytes;
            this.toMake = toMake;
        }

        @Nullable ByteBuffer take() {
            ByteBuffer used = free.pollFirst();
            if (used != null || toMake == 0) {
                return used;
            }
            toMake--;
            return ByteBuffer.allocateDirect(bytes + PAGE_BYTES)
                    .alignedSlice(PAGE_BYTES)
                    .slice(0, bytes);
        }
    }

    /// From the largest to the smallest.
    private final List<Sort> sorts;

    /// @param smallBytes of a buffer, at least 64 KiB
    /// @param mediumBytes of as many as `mediumBuffers` before these
    /// @param largeBytes of the first ones
    /// @param largeBuffers how many these are
    public BufferPool(
            int smallBytes, int mediumBytes, int mediumBuffers, int largeBytes, int largeBuffers) {
        this.sorts =
                List.of(
                        new Sort(largeBytes, largeBuffers),
                        new Sort(mediumBytes, mediumBuffers),
                        new Sort(smallBytes, Integer.MAX_VALUE));
    }

    /// Buffers that are all alike.
    public static BufferPool of(int bytes) {
        return new BufferPool(bytes, bytes, 0, bytes, 0);
    }

    synchronized ByteBuffer take() {
        for (Sort sort : sorts) {
            ByteBuffer buffer = sort.take();
            if (buffer != null) {
                return buffer;
            }
        }
        throw new IllegalStateException("there is no end of small buffers");
    }

    synchronized void give(ByteBuffer buffer) {
        for (Sort sort : sorts) {
            // All of one size where the sizes are alike: the first takes back what none of it was
            // made for, which changes nothing.
            if (buffer.capacity() == sort.bytes) {
                sort.free.addFirst(buffer);
                return;
            }
        }
    }
}
