package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What was listed and is to be copied, packed: some 40 to 80 bytes an object instead of 300 and more.
///
/// Written by the listing, read by any number of cursors, also while it grows. A path shares its beginning with the path before it,
/// so only the rest is stored. Beside it stands what became of each object.
final class Catalog {
    private static final int CHUNK_BYTES = 256 * 1024;

    /// Path and version with their lengths, input, size, time.
    private static final int MAX_ENTRY_BYTES = 3 * 4096 + 2048;

    /// What the outcome of an object takes beside its entry.
    private static final int OUTCOME_BYTES = 9;

    /// One thing to be made.
    ///
    /// @param index in the order of the listing
    /// @param input which source
    /// @param path below the target
    /// @param object key is the path below the source's prefix, to be completed by the source; null for a directory
    record Entry(int index, int input, String path, @Nullable SourceObject object) {}

    private final long maxBytes;
    private final List<byte[]> chunks = new ArrayList<>();
    private ByteBuffer tail = ByteBuffer.allocate(0);
    private byte[] lastPath = new byte[0];
    private int count;
    private int published;
    private boolean sorted = true;
    private boolean complete;
    private boolean failed;
    private long[] digests = new long[1024];
    private byte[] digestKinds = new byte[1024];
    private final Map<Integer, SourceObject> replaced = new HashMap<>();

    Catalog(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /// Adds an entry; false when the budget is used up.
    synchronized boolean add(int input, String path, @Nullable SourceObject object) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (tail.remaining() < MAX_ENTRY_BYTES) {
            if ((chunks.size() + 1L) * CHUNK_BYTES + (long) OUTCOME_BYTES * digests.length
                    > maxBytes) {
                return false;
            }
            byte[] chunk = new byte[CHUNK_BYTES];
            chunks.add(chunk);
            tail = ByteBuffer.wrap(chunk);
            // A chunk begins anew, so that a cursor needs nothing of the one before.
            sorted &= Arrays.compareUnsigned(lastPath, bytes) <= 0;
            lastPath = new byte[0];
        }
        int shared = Arrays.mismatch(lastPath, bytes);
        shared = shared < 0 ? bytes.length : shared;
        sorted &= Arrays.compareUnsigned(lastPath, bytes) <= 0;
        putNumber(1L + input);
        putNumber(shared);
        putNumber(bytes.length - shared);
        tail.put(bytes, shared, bytes.length - shared);
        if (object == null) {
            putNumber(0);
        } else {
            putNumber(1 + object.size());
            putNumber(Math.max(0, object.modifiedMillis()));
            String known = object.version() == null ? "" : object.version();
            byte[] version = known.getBytes(StandardCharsets.UTF_8);
            int length = Math.min(version.length, 1024);
            putNumber(length);
            tail.put(version, 0, length);
        }
        lastPath = bytes;
        count++;
        return true;
    }

    private void putNumber(long value) {
        long rest = value;
        while (rest > 0x7f) {
            tail.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        tail.put((byte) rest);
    }

    /// Shows the cursors what was added: once a page, or every object would wake a stream.
    synchronized void publish() {
        published = count;
        notifyAll();
    }

    /// Says that nothing more is listed.
    synchronized void complete() {
        published = count;
        complete = true;
        notifyAll();
    }

    /// Ends the wait of all cursors.
    synchronized void fail() {
        failed = true;
        notifyAll();
    }

    synchronized int size() {
        return count;
    }

    /// Whether every path comes after the one before it, by its bytes.
    synchronized boolean sorted() {
        return sorted;
    }

    /// Notes the digest of what is on the volume for an entry.
    synchronized void copied(int index, byte kind, long digest) {
        if (index >= digests.length) {
            int larger = Math.max(index + 1, digests.length + (digests.length >> 1));
            digests = Arrays.copyOf(digests, larger);
            digestKinds = Arrays.copyOf(digestKinds, larger);
        }
        digests[index] = digest;
        digestKinds[index] = kind;
    }

    /// Notes that an object changed between listing and copy.
    synchronized void replaced(int index, SourceObject now) {
        replaced.put(index, now);
    }

    /// What was copied for an entry, when it is not what was listed; else null.
    synchronized @Nullable SourceObject replacement(int index) {
        return replaced.get(index);
    }

    synchronized long digest(int index) {
        return digests[index];
    }

    synchronized byte digestKind(int index) {
        return digestKinds[index];
    }

    /// Reads the catalog from its beginning.
    Cursor cursor() {
        return new Cursor();
    }

    /// Goes through the entries in order.
    final class Cursor {
        private int chunk;
        private ByteBuffer from = ByteBuffer.allocate(0);
        private byte[] path = new byte[0];
        private int read;

        /// The next entry; waits while the catalog may grow; null at its end.
        @Nullable Entry next() throws InterruptedException {
            synchronized (Catalog.this) {
                while (read == published && !complete && !failed) {
                    Catalog.this.wait();
                }
                if (failed || read == published) {
                    return null;
                }
                return decode();
            }
        }

        private Entry decode() {
            if (!from.hasRemaining() || from.get(from.position()) == 0) {
                from = ByteBuffer.wrap(chunks.get(chunk++));
                path = new byte[0];
            }
            int input = (int) number() - 1;
            int shared = (int) number();
            int rest = (int) number();
            byte[] next = Arrays.copyOf(path, shared + rest);
            from.get(next, shared, rest);
            path = next;
            String text = new String(next, StandardCharsets.UTF_8);
            long size = number() - 1;
            SourceObject object = null;
            if (size >= 0) {
                long modified = number();
                byte[] version = new byte[(int) number()];
                from.get(version);
                String known = new String(version, StandardCharsets.UTF_8);
                object = new SourceObject(text, size, known.isEmpty() ? null : known, modified);
            }
            return new Entry(read++, input, text, object);
        }

        private long number() {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = from.get();
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    return value;
                }
            }
        }
    }
}
