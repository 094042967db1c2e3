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

/// Claims all paths once more, sorted, for a listing that was too long for hashes and came in no order; and tells which of the empty objects
/// that are not decided are directories: those that a path below follows.
final class DeferredClaims {
    /// After a path in a record: no path holds it, and it sorts before all that does.
    private static final byte END = 0;

    /// What sorting a path takes of the volume, in bytes, beside its own length and that of the object's id.
    static final int RECORD_BYTES = 12;

    /// An empty object that may still turn out to be a directory.
    private record Open(byte[] key, int index, int input, String id) {}

    private final CopyContext context;
    private final PathClaims claims;
    private final @Nullable Catalog undecided;
    private final BitSet trees = new BitSet();
    private final Deque<Open> open = new ArrayDeque<>();
    private byte[] last = new byte[0];
    private long directories;

    /// @param claims nothing was claimed with them before
    /// @param undecided empty objects, beside those of the catalog; null for none
    DeferredClaims(CopyContext context, PathClaims claims, @Nullable Catalog undecided) {
        this.context = context;
        this.claims = claims;
        this.undecided = undecided;
    }

    /// Claims them; how many directories they need.
    ///
    /// @throws FillException when two keys ask for one path, or one key's file is a directory of another
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

    /// Which of the undecided objects are directories, by their numbers.
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

    /// Sort key, end, input, number if it may be a tree, id.
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

    /// Decides about the open ones that the next path shows to be trees, or that it does not begin with: nothing below them can follow.
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

    /// A file it is, like the one of another source that was open with it.
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
