package dev.cistern.populate.engine;

import dev.cistern.populate.target.TargetFile;
import dev.cistern.populate.target.WorkFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The chunks of a catalog: the first ones in memory, those beyond its limit in a file. Guarded by the catalog.
final class CatalogChunks {
    private final WorkFiles spill;
    private final int chunkBytes;
    private final long chunksInMemory;
    private final List<byte[]> chunks = new ArrayList<>();
    private byte[] tail = new byte[0];
    private int chunksWritten;
    private @Nullable TargetFile file;

    /// @param spill creates the file for chunks that do not fit in memory
    /// @param chunkBytes size of a chunk
    /// @param chunksInMemory maximum number of complete chunks in memory
    CatalogChunks(WorkFiles spill, int chunkBytes, long chunksInMemory) {
        this.spill = spill;
        this.chunkBytes = chunkBytes;
        this.chunksInMemory = chunksInMemory;
    }

    /// Completes the last chunk and returns the next one, to be filled.
    ///
    /// @throws IOException when writing to the file fails
    ByteBuffer next() throws IOException {
        if (tail.length > 0 && chunks.size() >= chunksInMemory) {
            TargetFile to = file;
            if (to == null) {
                to = spill.create();
                file = to;
            }
            to.write(ByteBuffer.wrap(tail), (long) chunksWritten * chunkBytes);
            chunksWritten++;
        } else if (tail.length > 0) {
            chunks.add(tail);
        }
        // Allocate a new array: a cursor may still be reading the previous one.
        tail = new byte[chunkBytes];
        return ByteBuffer.wrap(tail);
    }

    /// Returns a chunk from memory or from the file.
    byte[] get(int index) throws IOException {
        if (index < chunks.size()) {
            return chunks.get(index);
        }
        TargetFile from = file;
        if (from == null || index == chunks.size() + chunksWritten) {
            return tail;
        }
        ByteBuffer whole = ByteBuffer.allocate(chunkBytes);
        long at = (long) (index - chunks.size()) * chunkBytes;
        while (whole.hasRemaining()) {
            if (from.read(whole, at + whole.position()) < 0) {
                throw new EOFException("the catalog's file was cut off");
            }
        }
        return whole.array();
    }

    /// Bytes used on the volume.
    long spilledBytes() {
        return (long) chunksWritten * chunkBytes;
    }
}
