package dev.cistern.populate.target;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A file on a target. Several threads may use it; each writes to places of its own.
public interface TargetFile extends Closeable {
    /// Reads from a position on, as [java.nio.channels.FileChannel#read(ByteBuffer, long)] does; -1 at the end.
    int read(ByteBuffer bytes, long position) throws IOException;

    /// Writes all bytes from a position on.
    void write(ByteBuffer bytes, long position) throws IOException;

    /// In bytes.
    long size() throws IOException;

    /// Cuts off what lies beyond so many bytes.
    void truncate(long size) throws IOException;

    /// What is written from now on is not read again before the file is whole: it may go past the page cache. To be called before the first
    /// write.
    default void writesOnly() throws IOException {}
}
