package dev.cistern.populate.http;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A pool of receive buffers, each borrowed for one exchange: however many idle connections and stores there are, there
/// are only as many buffers as concurrent exchanges.
///
/// The first few are large, the next of medium size. A few streams that fetch large objects need fewer reads with them,
/// and a distant store that needs hundreds of streams for small objects uses the others.
public final class BufferPool {
    /// Alignment for direct I/O.
    private static final int PAGE_BYTES = 4096;

    /// Buffers of one size.
    private static final class SizeClass {
        private final int bytes;
        private final Deque<ByteBuffer> free = new ArrayDeque<>();
        private int toMake;

        SizeClass(int bytes, int toMake) {
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
    private final List<SizeClass> sizeClasses;

    /// @param smallBytes of a buffer, at least 64 KiB
    /// @param mediumBytes of the next `mediumBuffers`
    /// @param largeBytes of the first `largeBuffers`
    /// @param largeBuffers number of large buffers
    public BufferPool(
            int smallBytes, int mediumBytes, int mediumBuffers, int largeBytes, int largeBuffers) {
        this.sizeClasses =
                List.of(
                        new SizeClass(largeBytes, largeBuffers),
                        new SizeClass(mediumBytes, mediumBuffers),
                        new SizeClass(smallBytes, Integer.MAX_VALUE));
    }

    /// A pool of buffers of one size.
    public static BufferPool of(int bytes) {
        return new BufferPool(bytes, bytes, 0, bytes, 0);
    }

    synchronized ByteBuffer take() {
        for (SizeClass sizeClass : sizeClasses) {
            ByteBuffer buffer = sizeClass.take();
            if (buffer != null) {
                return buffer;
            }
        }
        throw new IllegalStateException("there is no end of small buffers");
    }

    synchronized void give(ByteBuffer buffer) {
        for (SizeClass sizeClass : sizeClasses) {
            // Where sizes are equal, the first class takes all buffers back, which makes no
            // difference.
            if (buffer.capacity() == sizeClass.bytes) {
                sizeClass.free.addFirst(buffer);
                return;
            }
        }
    }
}
