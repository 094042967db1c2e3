package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.WorkFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The listed objects that are to be copied, packed into some 40 to 80 bytes each instead of 300 and more.
///
/// Written by the listing and read by any number of cursors, also while it grows. A path is stored without the prefix
/// that it shares with the previous path. An id mostly ends as its path does and begins as the previous id, so little
/// of it is stored. Chunks beyond the memory limit go to a file and are read back in the same order.
final class Catalog {
    /// Unit of reading and writing, some 5,000 objects.
    private static final int CHUNK_BYTES = 256 * 1024;

    /// An entry's numbers (input, lengths, size, time), at most 10 bytes each.
    private static final int MAX_NUMBERS_BYTES = 100;

    /// Maximum length of an id in UTF-8. The longest keys of stores have 4 KiB, the longest URLs that servers accept 8
    /// KiB.
    static final int MAX_ID_BYTES = 8192;

    /// Maximum size of an entry: path, id and version with their lengths.
    private static final int MAX_ENTRY_BYTES = 4096 + MAX_ID_BYTES + 1024 + MAX_NUMBERS_BYTES;

    /// A chunk always has space for one entry of maximum size.
    private static final int MIN_CHUNK_BYTES = MAX_ENTRY_BYTES + 2048;

    /// Maximum length of a version. Known stores use up to about 100 characters.
    private static final int MAX_VERSION_CHARACTERS = 341;

    /// Encoding of sizes: 0 is a directory, 1 a file of unknown size, other values are offset by this.
    private static final int SIZES_FROM = 2;

    /// Object numbers are of type `int`.
    static final int MAX_OBJECTS = 2_000_000_000;

    /// One file or directory to be created.
    ///
    /// @param index position in the listing
    /// @param input number of the source
    /// @param path below the target
    /// @param object null for a directory
    /// @param marker the folder marker, listed as empty; null for a file
    record Entry(
            int index,
            int input,
            String path,
            @Nullable SourceObject object,
            @Nullable SourceObject marker) {
        /// The object as it was listed.
        SourceObject listed() {
            return object != null ? object : Objects.requireNonNull(marker);
        }
    }

    private final CatalogChunks chunks;
    private ByteBuffer tail = ByteBuffer.allocate(0);
    private byte[] lastPath = new byte[0];
    private byte[] lastHead = new byte[0];
    private byte[] lastFile = new byte[0];
    private int count;
    private int published;
    private boolean sorted = true;
    private boolean complete;
    private boolean failed;

    /// @param spill creates the file for chunks that do not fit in memory
    /// @param memoryBytes memory limit, exceeded by at most one chunk
    Catalog(WorkFiles spill, long memoryBytes) {
        int chunkBytes = (int) Math.clamp(memoryBytes / 4, MIN_CHUNK_BYTES, CHUNK_BYTES);
        this.chunks = new CatalogChunks(spill, chunkBytes, memoryBytes / chunkBytes);
    }

    /// The object as the catalog stores it: an overlong version is truncated.
    static SourceObject kept(SourceObject object) {
        String version = object.version();
        boolean fits = version == null || version.length() <= MAX_VERSION_CHARACTERS;
        return fits && object.modifiedMillis() >= 0
                ? object
                : new SourceObject(
                        object.id(),
                        object.size(),
                        fits || version == null
                                ? version
                                : version.substring(0, MAX_VERSION_CHARACTERS),
                        Math.max(0, object.modifiedMillis()));
    }

    /// Adds a file. Returns its number, or -1 when there are already [#MAX_OBJECTS].
    ///
    /// @param object as returned by [#kept]
    /// @throws IOException when writing to the file fails
    synchronized int add(int input, String path, SourceObject object) throws IOException {
        if (count == MAX_OBJECTS) {
            return -1;
        }
        byte[] bytes = addPath(input, path, object);
        sorted &= Arrays.compareUnsigned(lastFile, bytes) <= 0;
        lastFile = bytes;
        putNumber(SIZES_FROM + object.size());
        putId(bytes, object.id(), "");
        putNumber(object.modifiedMillis());
        putVersion(object.version());
        return count++;
    }

    /// Adds a directory; otherwise like [#add].
    ///
    /// @param marker the folder marker, as returned by [#kept]
    synchronized int addDirectory(int input, String path, MarkerName name, SourceObject marker)
            throws IOException {
        if (count == MAX_OBJECTS) {
            return -1;
        }
        byte[] bytes = addPath(input, path, marker);
        MarkerName ending = marker.id().endsWith(name.suffix()) ? name : MarkerName.PLAIN;
        putNumber(0);
        putNumber(ending.ordinal());
        putId(bytes, marker.id(), ending.suffix());
        putVersion(marker.version());
        return count++;
    }

    private byte[] addPath(int input, String path, SourceObject object) throws IOException {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        String version = object.version() == null ? "" : object.version();
        int most = MAX_NUMBERS_BYTES + bytes.length + 3 * (object.id().length() + version.length());
        if (tail.remaining() < most) {
            newChunk();
        }
        int shared = Arrays.mismatch(lastPath, bytes);
        shared = shared < 0 ? bytes.length : shared;
        putNumber(1L + input);
        putNumber(shared);
        putNumber(bytes.length - shared);
        tail.put(bytes, shared, bytes.length - shared);
        lastPath = bytes;
        return bytes;
    }

    /// Stores an id as a difference to its path: the number of leading path bytes it lacks, and the prefix it has
    /// instead, or 0 where that equals the previous id's prefix.
    ///
    /// @param suffix of the id after the path's end
    private void putId(byte[] path, String id, String suffix) {
        byte[] bytes =
                id.substring(0, id.length() - suffix.length()).getBytes(StandardCharsets.UTF_8);
        int same = 0;
        while (same < Math.min(path.length, bytes.length)
                && path[path.length - 1 - same] == bytes[bytes.length - 1 - same]) {
            same++;
        }
        byte[] head = Arrays.copyOf(bytes, bytes.length - same);
        putNumber(path.length - same);
        if (Arrays.equals(head, lastHead)) {
            putNumber(0);
            return;
        }
        putNumber(1L + head.length);
        tail.put(head);
        lastHead = head;
    }

    private void putVersion(@Nullable String version) {
        byte[] bytes = (version == null ? "" : version).getBytes(StandardCharsets.UTF_8);
        putNumber(bytes.length);
        tail.put(bytes);
    }

    private void newChunk() throws IOException {
        tail = chunks.next();
        // Chunks are self-contained, so that a cursor does not need the previous one.
        lastPath = new byte[0];
        lastHead = new byte[0];
    }

    /// Bytes used on the volume.
    synchronized long spilledBytes() {
        return chunks.spilledBytes();
    }

    private void putNumber(long value) {
        long rest = value;
        while (rest > 0x7f) {
            tail.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        tail.put((byte) rest);
    }

    /// Makes added entries visible to cursors. Called once per page: per object it would wake a stream each time.
    synchronized void publish() {
        published = count;
        notifyAll();
    }

    /// Marks the listing as complete.
    synchronized void complete() {
        published = count;
        complete = true;
        notifyAll();
    }

    /// Wakes all waiting cursors, which then end.
    synchronized void fail() {
        failed = true;
        notifyAll();
    }

    synchronized int size() {
        return count;
    }

    /// Whether all file paths are in ascending byte order.
    synchronized boolean sorted() {
        return sorted;
    }

    /// Reads the catalog from its beginning.
    Cursor cursor() {
        return new Cursor();
    }

    /// Iterates over the entries in order.
    final class Cursor {
        private int chunk;
        private ByteBuffer from = ByteBuffer.allocate(0);
        private byte[] path = new byte[0];
        private byte[] head = new byte[0];
        private int read;

        /// The number of the next entry.
        int position() {
            return read;
        }

        /// Another one at the same place.
        Cursor copy() {
            Cursor other = new Cursor();
            other.chunk = chunk;
            other.from = from.duplicate();
            other.path = path;
            other.head = head;
            other.read = read;
            return other;
        }

        /// Returns the next entry, waiting while the listing continues; null at the end.
        @Nullable Entry next() throws InterruptedException, IOException {
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

        /// Returns the next entry, published or not, without waiting; null at the end.
        @Nullable Entry nextListed() throws IOException {
            synchronized (Catalog.this) {
                return read == count ? null : decode();
            }
        }

        private Entry decode() throws IOException {
            if (!from.hasRemaining() || from.get(from.position()) == 0) {
                from = ByteBuffer.wrap(chunks.get(chunk++));
                path = new byte[0];
                head = new byte[0];
            }
            int input = (int) number() - 1;
            int shared = (int) number();
            int rest = (int) number();
            byte[] next = Arrays.copyOf(path, shared + rest);
            from.get(next, shared, rest);
            path = next;
            String text = new String(next, StandardCharsets.UTF_8);
            long size = number() - SIZES_FROM;
            if (size < SourceObject.UNKNOWN_SIZE) {
                String suffix = MarkerName.values()[(int) number()].suffix();
                SourceObject marker = new SourceObject(id() + suffix, 0, version(), 0);
                return new Entry(read++, input, text, null, marker);
            }
            String id = id();
            long modified = number();
            SourceObject object = new SourceObject(id, size, version(), modified);
            return new Entry(read++, input, text, object, null);
        }

        private String id() {
            int missing = (int) number();
            int length = (int) number() - 1;
            if (length >= 0) {
                head = new byte[length];
                from.get(head);
            }
            byte[] id = Arrays.copyOf(head, head.length + path.length - missing);
            System.arraycopy(path, missing, id, head.length, path.length - missing);
            return new String(id, StandardCharsets.UTF_8);
        }

        private @Nullable String version() {
            byte[] version = new byte[(int) number()];
            from.get(version);
            return version.length == 0 ? null : new String(version, StandardCharsets.UTF_8);
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
