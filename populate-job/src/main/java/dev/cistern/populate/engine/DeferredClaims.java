package dev.cistern.populate.engine;

import dev.cistern.populate.target.PathClaims;
import dev.cistern.populate.target.UnsafeKeyException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Claims all paths of the catalog once more, sorted, for a listing that was too long for hashes and came in no order.
final class DeferredClaims {
    /// After a path in a record: no path holds it, and it sorts before all that does.
    private static final byte END = 0;

    private final CopyContext context;
    private final PathClaims claims;

    /// @param claims nothing was claimed with them before
    DeferredClaims(CopyContext context, PathClaims claims) {
        this.context = context;
        this.claims = claims;
    }

    /// What sorting a path takes of the volume, in bytes, beside twice its length.
    static final int RECORD_BYTES = 8;

    /// Claims them; how many directories they need.
    ///
    /// @throws FillException when two keys ask for one path, or one key's file is a directory of another
    long check() throws FillException, IOException {
        RecordSorter sorter =
                new RecordSorter(context.target().spill(), context.request().budget().sortBytes());
        Catalog.Cursor cursor = context.catalog().cursor();
        for (Catalog.Entry entry = cursor.nextListed();
                entry != null;
                entry = cursor.nextListed()) {
            if (!entry.path().isEmpty()) {
                sorter.add(toBytes(entry));
            }
        }
        sorter.sorted(this::claim);
        return claims.directories();
    }

    /// Sort key, end, input, path.
    private byte[] toBytes(Catalog.Entry entry) {
        byte[] key = claims.sortKey(entry.path(), entry.object() == null);
        byte[] path = entry.path().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(key.length + 1 + Integer.BYTES + path.length)
                .put(key)
                .put(END)
                .putInt(entry.input())
                .put(path)
                .array();
    }

    private void claim(byte[] bytes) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        int length = 0;
        while (bytes[length] != END) {
            length++;
        }
        int input = from.position(length + 1).getInt();
        String path = StandardCharsets.UTF_8.decode(from).toString();
        try {
            claims.sorted(Arrays.copyOf(bytes, length), context.keyOf(input, path));
        } catch (UnsafeKeyException e) {
            throw new Lister.Rejected(
                    new FillException(
                            Reason.UNSAFE_KEY,
                            e.getMessage()
                                    + " ("
                                    + context.inputs().get(input).source().name()
                                    + ")",
                            e));
        }
    }
}
