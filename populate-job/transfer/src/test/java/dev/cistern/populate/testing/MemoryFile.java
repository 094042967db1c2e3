package dev.cistern.populate.testing;

import dev.cistern.populate.target.TargetFile;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// A file in memory.
final class MemoryFile implements TargetFile {
    private byte[] bytes = new byte[0];
    private int size;

    @Override
    public synchronized int read(ByteBuffer into, long position) {
        if (position >= size) {
            return -1;
        }
        int length = (int) Math.min(into.remaining(), size - position);
        into.put(bytes, (int) position, length);
        return length;
    }

    @Override
    public synchronized void write(ByteBuffer from, long position) {
        int end = Math.toIntExact(position + from.remaining());
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
        }
        from.get(bytes, (int) position, from.remaining());
        size = Math.max(size, end);
    }

    @Override
    public synchronized long size() {
        return size;
    }

    @Override
    public synchronized void truncate(long most) {
        size = (int) Math.min(size, most);
        Arrays.fill(bytes, size, bytes.length, (byte) 0);
    }

    synchronized byte[] content() {
        return Arrays.copyOf(bytes, size);
    }

    /// Its content lives as long as the object.
    @Override
    public void close() {}
}
