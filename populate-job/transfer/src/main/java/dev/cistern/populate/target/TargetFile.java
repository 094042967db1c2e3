package dev.cistern.populate.target;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A file on a target. Several threads may use it, each writing to its own ranges.
public interface TargetFile extends Closeable {
    /// Reads at a position, as [java.nio.channels.FileChannel#read(ByteBuffer, long)] does; -1 at the end.
    int read(ByteBuffer bytes, long position) throws IOException;

    /// Writes all bytes at a position.
    void write(ByteBuffer bytes, long position) throws IOException;

    /// Size in bytes.
    long size() throws IOException;

    /// Truncates the file to a size.
    void truncate(long size) throws IOException;

    /// Declares that data written from now on is not read before the file is complete, so that direct I/O may be used.
    /// To be called before the first write.
    default void writesOnly() throws IOException {}
}
