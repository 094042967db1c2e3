package dev.cistern.populate.engine;

import dev.cistern.populate.digest.Crcs;
import dev.cistern.populate.digest.DigestKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The pieces of an object that are present, with their digests. Guarded by the object's copy.
final class Pieces {
    private record Piece(long offset, long length, long digest) {}

    private final List<Piece> pieces = new ArrayList<>(1);

    /// Adds a piece. Merges it with the previous one if both are of one block, because slow connections record small
    /// pieces.
    void add(DigestKind kind, long offset, long length, long digest) {
        Piece last = pieces.isEmpty() ? null : pieces.getLast();
        if (last != null
                && last.offset + last.length == offset
                && last.offset / ObjectCopy.BLOCK_BYTES
                        == (offset + length - 1) / ObjectCopy.BLOCK_BYTES) {
            pieces.set(
                    pieces.size() - 1,
                    new Piece(
                            last.offset,
                            last.length + length,
                            Crcs.combine(kind, last.digest, digest, length)));
        } else {
            pieces.add(new Piece(offset, length, digest));
        }
    }

    /// Number of bytes present.
    long bytes() {
        long sum = 0;
        for (Piece piece : pieces) {
            sum += piece.length;
        }
        return sum;
    }

    /// The digest of the object, combined from its pieces.
    ///
    /// @param path of the object, for messages
    /// @param size of the object, in bytes
    /// @throws IOException when pieces are missing or overlap
    long digest(DigestKind kind, String path, long size) throws IOException {
        pieces.sort(Comparator.comparingLong(Piece::offset));
        long digest = 0;
        long at = 0;
        for (Piece piece : pieces) {
            if (piece.offset != at) {
                throw new IOException("pieces of " + path + " do not fit at " + at);
            }
            digest =
                    at == 0 ? piece.digest : Crcs.combine(kind, digest, piece.digest, piece.length);
            at += piece.length;
        }
        if (at != size) {
            throw new IOException("pieces of " + path + " end at " + at + " of " + size);
        }
        return digest;
    }
}
