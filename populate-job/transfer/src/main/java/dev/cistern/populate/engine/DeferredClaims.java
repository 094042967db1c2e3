package dev.cistern.populate.engine;

import dev.cistern.populate.target.PathClaims;
import dev.cistern.populate.target.UnsafeKeyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Claims all paths again in sorted order, for an unsorted listing that was too long for hashes. Also decides which of
/// the undecided empty objects are directories: those that are followed by a path below them.
final class DeferredClaims {
    /// Terminates a path in a record: no path contains it, and it sorts before all other bytes.
    private static final byte END = 0;

    /// Space on the volume for sorting a path, in bytes, in addition to the path and the object's id.
    static final int RECORD_BYTES = 12;

    /// An empty object that may still be a directory.
    private record Open(byte[] key, int index, int input, String id) {}

    private final CopyContext context;
    private final PathClaims claims;
    private final @Nullable Catalog undecided;
    private final BitSet trees = new BitSet();
    private final Deque<Open> open = new ArrayDeque<>();
    private byte[] last = new byte[0];
    private long directories;

    /// @param claims new ones, without any claim
    /// @param undecided empty objects that are not in the catalog; null for none
    DeferredClaims(CopyContext context, PathClaims claims, @Nullable Catalog undecided) {
        this.context = context;
        this.claims = claims;
        this.undecided = undecided;
    }

    /// Claims all paths and returns the number of directories.
    ///
    /// @throws FillException when two keys map to one path, or one key's file is a directory of another
    long check() throws FillException, IOException {
        RecordSorter sorter =
                new RecordSorter(
                        context.target().workFiles(), context.request().budget().sortBytes());
        addAll(sorter, context.catalog(), false);
        if (undecided != null) {
            addAll(sorter, undecided, true);
        }
        sorter.sorted(this::claim);
        while (!open.isEmpty()) {
            isFile(open.pop());
        }
        return directories;
    }

    /// Numbers of the undecided objects that are directories.
    BitSet trees() {
        return trees;
    }

    private void addAll(RecordSorter sorter, Catalog from, boolean mayBeTrees) throws IOException {
        Catalog.Cursor cursor = from.cursor();
        for (Catalog.Entry entry = cursor.nextListed();
                entry != null;
                entry = cursor.nextListed()) {
            if (!entry.path().isEmpty()) {
                sorter.add(toBytes(entry, mayBeTrees ? entry.index() : -1));
            }
        }
    }

    /// Encodes sort key, terminator, input, number if it may be a directory, id.
    private byte[] toBytes(Catalog.Entry entry, int index) {
        byte[] key = claims.sortKey(entry.path(), entry.object() == null);
        byte[] id = entry.listed().id().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(key.length + 1 + 2 * Integer.BYTES + id.length)
                .put(key)
                .put(END)
                .putInt(entry.input())
                .putInt(index)
                .put(id)
                .array();
    }

    private void claim(byte[] bytes) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        int length = 0;
        while (bytes[length] != END) {
            length++;
        }
        int input = from.position(length + 1).getInt();
        int index = from.getInt();
        String id = StandardCharsets.UTF_8.decode(from).toString();
        Open next = new Open(Arrays.copyOf(bytes, length), index, input, id);
        decideBefore(next.key);
        countDirectories(next.key);
        try {
            if (index >= 0) {
                claims.sortedBeside(next.key, id);
                open.push(next);
                return;
            }
            claims.sorted(next.key, id);
            Open before = open.peek();
            if (before != null && Arrays.equals(before.key, next.key)) {
                throw claims.sameFile(id);
            }
        } catch (UnsafeKeyException e) {
            throw Lister.Rejected.unsafe(context.inputs().get(input).source(), e);
        }
    }

    /// Decides the open objects for which the next path settles the question: it lies below them, or no later path can.
    private void decideBefore(byte[] next) throws Lister.Rejected {
        while (!open.isEmpty()) {
            byte[] key = open.getFirst().key;
            boolean begins =
                    next.length >= key.length
                            && Arrays.equals(next, 0, key.length, key, 0, key.length);
            if (begins && next.length > key.length && next[key.length] == '/') {
                trees.set(open.pop().index);
            } else if (begins) {
                return;
            } else {
                isFile(open.pop());
            }
        }
    }

    /// It is a file, and so is the object of another source with the same path.
    private void isFile(Open file) throws Lister.Rejected {
        Open before = open.peek();
        if (before != null && Arrays.equals(before.key, file.key)) {
            throw Lister.Rejected.unsafe(
                    context.inputs().get(file.input).source(), claims.sameFile(file.id));
        }
    }

    private void countDirectories(byte[] key) {
        int common = Arrays.mismatch(last, key);
        for (int i = common < 0 ? key.length : common; i < key.length; i++) {
            directories += key[i] == '/' ? 1 : 0;
        }
        last = key;
    }
}
