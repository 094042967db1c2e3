package dev.cistern.populate.archive;

import dev.cistern.populate.wire.ArchiveFormat;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Goes through an archive from its first byte to its last, without going back.
public interface ArchiveReader extends Closeable {
    /// The next entry; what was not read of the one before is passed over. Null at the end, when everything behind the
    /// last entry has been read, too.
    ///
    /// @throws BadArchiveException when the archive cannot be taken
    /// @throws IOException what the stream below threw
    @Nullable ArchiveEntry next() throws IOException;

    /// Reads bytes of the entry; -1 at its end.
    int read(byte[] to, int from, int length) throws IOException;

    /// Bytes that were unpacked so far, all there is between entries included.
    long unpackedBytes();

    /// Opens an archive.
    ///
    /// @param in its bytes, closed with the reader
    /// @param memoryBytes what the unpacking may take outside of the heap
    /// @throws BadArchiveException when it is none of that format
    /// @throws IOException what the stream below threw
    static ArchiveReader open(ArchiveFormat format, InputStream in, long memoryBytes)
            throws IOException {
        return switch (format) {
            case TAR -> new TarReader(in);
            case TAR_GZIP -> new TarReader(Unpacking.gzip(in));
            case TAR_ZSTD -> new TarReader(Unpacking.zstd(in, memoryBytes));
            case ZIP -> new ZipReader(in);
        };
    }
}
