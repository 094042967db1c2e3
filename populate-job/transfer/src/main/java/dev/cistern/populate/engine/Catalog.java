package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.TargetFile;
import dev.cistern.populate.target.WorkFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What was listed and is to be copied, packed: some 40 to 80 bytes an object instead of 300 and more.
///
/// Written by the listing, read by any number of cursors, also while it grows. A path shares its beginning with the path before it,
/// so only the rest is stored; an id mostly ends as its path does and begins as the id before it, so little of it is. What does not fit the memory that it has goes to a file, a chunk at a time, and is read from there in
/// the same order.
final class Catalog {
    /// Some 5,000 objects: what is read or written at once.
    private static final int CHUNK_BYTES = 256 * 1024;

    /// Numbers of an entry: input, lengths, size, time, at most 10 bytes each.
    private static final int MAX_NUMBERS_BYTES = 100;

    /// Of an id in UTF-8. The longest keys of stores have 4 KiB, the longest URLs that servers take 8.
    static final int MAX_ID_BYTES = 8192;

    /// Path, id and version with their lengths.
    private static final int MAX_ENTRY_BYTES = 4096 + MAX_ID_BYTES + 1024 + MAX_NUMBERS_BYTES;

    /// Room for some objects beside what is kept free for the largest.
    private static final int MIN_CHUNK_BYTES = MAX_ENTRY_BYTES + 2048;

    /// Of a version. Stores give up to some 100.
    private static final int MAX_VERSION_CHARACTERS = 341;

    /// How sizes are written: 0 is a directory, 1 a file of unknown size.
    private static final int SIZES_FROM = 2;

    /// Objects are numbered by an `int`.
    static final int MAX_OBJECTS = 2_000_000_000;

    /// One thing to be made.
    ///
    /// @param index in the order of the listing
    /// @param input which source
    /// @param path below the target
    /// @param object null for a directory
    /// @param marker the object that asks for the directory and was listed as empty; null for a file
    record Entry(
            int index,
            int input,
            String path,
            @Nullable SourceObject object,
            @Nullable SourceObject marker) {
        /// What the source listed it as.
        SourceObject listed() {
            return object != null ? object : Objects.requireNonNull(marker);
        }
    }

    /// What a marker's name has after the directory's path.
    enum MarkerName {
        /// Nothing: `out` beside `out/x`.
        PLAIN(""),
        /// `out/`.
        SLASH("/"),
        /// How Hadoop of old and EMR mark a folder.
        FOLDER("_$folder$");

        private final String suffix;

        MarkerName(String suffix) {
            this.suffix = suffix;
        }

        String suffix() {
            return suffix;
        }
    }

    private final WorkFiles spill;
    private final int chunkBytes;
    private final int chunksInMemory;
    private final List<byte[]> chunks = new ArrayList<>();
    private ByteBuffer tail = ByteBuffer.allocate(0);
    private int chunksWritten;
    private @Nullable TargetFile file;
    private byte[] lastPath = new byte[0];
    private byte[] lastHead = new byte[0];
    private byte[] lastFile = new byte[0];
    private int count;
    private int published;
    private boolean sorted = true;
    private boolean complete;
    private boolean failed;

    /// @param spill where to make the file for what does not fit
    /// @param memoryBytes what may be kept in memory, give or take a chunk
    Catalog(WorkFiles spill, long memoryBytes) {
        this.spill = spill;
        this.chunkBytes = (int) Math.clamp(memoryBytes / 4, MIN_CHUNK_BYTES, CHUNK_BYTES);
        this.chunksInMemory = (int) Math.min(Integer.MAX_VALUE, memoryBytes / chunkBytes);
    }

    /// The object as it comes out again: no version is longer than any store's.
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

    /// Adds a file; its number, or -1 when there are [#MAX_OBJECTS] already.
    ///
    /// @param object as [#kept] gave it
    /// @throws IOException when what does not fit the memory cannot be written
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
    /// @param marker the object that asks for it, as [#kept] gave it
    synchronized int addDirectory(int input, String path, MarkerName name, SourceObject marker)
            throws IOException {
        if (count == MAX_OBJECTS) {
            return -1;
        }
        byte[] bytes = addPath(input, path, marker);
        MarkerName ending = marker.id().endsWith(name.suffix) ? name : MarkerName.PLAIN;
        putNumber(0);
        putNumber(ending.ordinal());
        putId(bytes, marker.id(), ending.suffix);
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

    /// Stores an id: how much of the path's beginning it has not, and what it begins with instead; 0 where that is what the id before
    /// it began with.
    ///
    /// @param suffix what the id ends with behind the path's end
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
        if (tail.capacity() > 0 && chunks.size() >= chunksInMemory) {
            TargetFile to = file;
            if (to == null) {
                to = spill.create();
                file = to;
            }
            to.write(ByteBuffer.wrap(tail.array()), (long) chunksWritten * chunkBytes);
            chunksWritten++;
        } else if (tail.capacity() > 0) {
            chunks.add(tail.array());
        }
        // A new array: a cursor may still read the one before.
        tail = ByteBuffer.allocate(chunkBytes);
        // A chunk begins anew, so that a cursor needs nothing of the one before.
        lastPath = new byte[0];
        lastHead = new byte[0];
    }

    /// A chunk, wherever it is.
    private byte[] chunk(int index) throws IOException {
        if (index < chunks.size()) {
            return chunks.get(index);
        }
        TargetFile from = file;
        if (from == null || index == chunks.size() + chunksWritten) {
            return tail.array();
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

    /// What it takes of the volume, in bytes.
    synchronized long spilledBytes() {
        return (long) chunksWritten * chunkBytes;
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

    /// Whether every file's path comes after the one before it, by its bytes.
    synchronized boolean sorted() {
        return sorted;
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
        private byte[] head = new byte[0];
        private int read;

        /// The next entry; waits while the catalog may grow; null at its end.
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

        /// The next entry of those that are listed, shown to the others or not; null at their end.
        @Nullable Entry nextListed() throws IOException {
            synchronized (Catalog.this) {
                return read == count ? null : decode();
            }
        }

        private Entry decode() throws IOException {
            if (!from.hasRemaining() || from.get(from.position()) == 0) {
                from = ByteBuffer.wrap(chunk(chunk++));
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
                String suffix = MarkerName.values()[(int) number()].suffix;
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
