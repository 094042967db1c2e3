package dev.cistern.populate.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Reads zip from front to back (PKWARE's APPNOTE.TXT 6.3.10): the entries as they come, then the directory behind
/// them, which alone says which of them are links, and which are there at all. What is read before that is not to be
/// believed until [#next] has returned null.
///
/// Libraries that read a stream stop at the directory, so that a link would be taken for a file with the link's text.
final class ZipReader implements ArchiveReader {
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int DESCRIPTOR = 0x08074b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;

    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int ENCRYPTED_FLAG = 1;
    private static final int DESCRIPTOR_FLAG = 1 << 3;
    private static final int UTF8_FLAG = 1 << 11;
    private static final int BUFFER_BYTES = 64 * 1024;

    /// Names without the flag for UTF-8 are in the first PC's code page.
    private static final Charset OLD =
            Charset.isSupported("IBM437") ? Charset.forName("IBM437") : StandardCharsets.ISO_8859_1;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private @Nullable Local current;
    private boolean dataEnded;

    /// Whether the buffer's bytes are the inflater's input.
    private boolean given;

    private long unpacked;
    private long sizeSoFar;
    private long packedSoFar;
    private long entries;
    private long listed;

    /// Sums of what names the entries by both accounts, which have to be the same in whatever order they are.
    private long entriesSum;

    private long listedSum;

    /// An entry by what stands before its bytes.
    ///
    /// @param size in bytes; -1 where it stands behind them
    /// @param packed likewise
    /// @param wide whether sizes behind the bytes have eight bytes each
    private record Local(
            String name,
            int method,
            boolean described,
            long crc,
            long size,
            long packed,
            boolean wide) {}

    ZipReader(InputStream in) {
        this.in = in;
    }

    @Override
    public @Nullable ArchiveEntry next() throws IOException {
        byte[] rest = new byte[BUFFER_BYTES];
        while (current != null && read(rest, 0, rest.length) >= 0) {}
        current = null;
        while (true) {
            int signature = entries == 0 && listed == 0 ? first() : int32();
            switch (signature) {
                case LOCAL -> {
                    return local();
                }
                case CENTRAL -> central();
                case END, END_64 -> {
                    requireSame();
                    drain();
                    return null;
                }
                default ->
                        throw new BadArchiveException(
                                "it cannot be read as zip (no entry begins where one should)");
            }
        }
    }

    private int first() throws IOException {
        try {
            return int32();
        } catch (BadArchiveException e) {
            throw new BadArchiveException("it cannot be read as zip (it is too short)", e);
        }
    }

    private void requireSame() throws BadArchiveException {
        if (entries != listed || entriesSum != listedSum) {
            throw new BadArchiveException(
                    "its directory lists "
                            + listed
                            + " entries and it holds "
                            + entries
                            + ", or others: two programs would read two archives");
        }
    }

    private ArchiveEntry local() throws IOException {
        ByteBuffer head = bytes(26);
        int flags = head.getShort(2) & 0xffff;
        int method = head.getShort(4) & 0xffff;
        long time = millis(head.getShort(8) & 0xffff, head.getShort(6) & 0xffff);
        long packed = head.getInt(14) & 0xffffffffL;
        long size = head.getInt(18) & 0xffffffffL;
        String name = name(head.getShort(22) & 0xffff, flags);
        ByteBuffer extra = bytes(head.getShort(24) & 0xffff);
        boolean described = (flags & DESCRIPTOR_FLAG) != 0;
        boolean wide = false;
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xffff;
            int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
            ByteBuffer field = extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            extra.position(extra.position() + length);
            if (id == 1) {
                wide = true;
                size = size == 0xffffffffL && field.remaining() >= 8 ? field.getLong() : size;
                packed = packed == 0xffffffffL && field.remaining() >= 8 ? field.getLong() : packed;
            } else if (id == 0x5455 && length >= 5 && (field.get() & 1) != 0) {
                time = Math.max(0, field.getInt() * 1000L);
            }
        }
        if ((flags & ENCRYPTED_FLAG) != 0) {
            throw new BadArchiveException("entry \"" + name + "\" is encrypted");
        }
        boolean directory = name.endsWith("/");
        boolean known = method == STORED || method == DEFLATED;
        if (!known || (method == STORED && described && !directory)) {
            throw new BadArchiveException(
                    "entry \""
                            + name
                            + "\" is packed by method "
                            + method
                            + (described ? " with its size behind it" : "")
                            + ", which is not read: pack it with deflate");
        }
        if (size < 0 || packed < 0) {
            throw new BadArchiveException("entry \"" + name + "\" has a size that is none");
        }
        entries++;
        entriesSum += hash(name);
        boolean behind = described && method == DEFLATED;
        current =
                new Local(
                        name,
                        method,
                        described,
                        head.getInt(10) & 0xffffffffL,
                        behind ? -1 : size,
                        behind ? -1 : packed,
                        wide);
        dataEnded = false;
        given = false;
        sizeSoFar = 0;
        packedSoFar = 0;
        inflater.reset();
        crc.reset();
        return new ArchiveEntry(
                name,
                directory ? ArchiveEntry.Kind.DIRECTORY : ArchiveEntry.Kind.FILE,
                behind ? -1 : size,
                time);
    }

    private static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash * hash | 1;
    }

    private void central() throws IOException {
        ByteBuffer head = bytes(42);
        int madeBy = head.get(1) & 0xff;
        int flags = head.getShort(4) & 0xffff;
        long attributes = head.getInt(34) & 0xffffffffL;
        String name = name(head.getShort(24) & 0xffff, flags);
        bytes(head.getShort(26) & 0xffff);
        bytes(head.getShort(28) & 0xffff);
        listed++;
        listedSum += hash(name);
        // Unix, and macOS, keep a file's mode there (stat(2)).
        int type = madeBy == 3 || madeBy == 19 ? (int) (attributes >>> 16) & 0170000 : 0;
        ArchiveEntry.Kind kind =
                switch (type) {
                    case 0120000 -> ArchiveEntry.Kind.SYMBOLIC_LINK;
                    case 0060000, 0020000 -> ArchiveEntry.Kind.DEVICE;
                    case 0010000 -> ArchiveEntry.Kind.PIPE;
                    default -> ArchiveEntry.Kind.FILE;
                };
        if (kind != ArchiveEntry.Kind.FILE) {
            throw new BadArchiveException(
                    "entry \"" + name + "\" is " + kind.words() + ", which is not copied");
        }
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
        Local entry = current;
        if (entry == null || dataEnded) {
            return -1;
        }
        int read =
                entry.method == STORED
                        ? stored(entry, to, from, length)
                        : inflated(entry, to, from, length);
        if (read >= 0) {
            crc.update(to, from, read);
            sizeSoFar += read;
            unpacked += read;
            return read;
        }
        dataEnded = true;
        requireRight(entry);
        return -1;
    }

    private int stored(Local entry, byte[] to, int from, int length) throws IOException {
        long left = entry.packed - sizeSoFar;
        if (left == 0) {
            packedSoFar = entry.packed;
            return -1;
        }
        fill();
        int read = (int) Math.min(Math.min(left, length), end - at);
        System.arraycopy(buffer, at, to, from, read);
        at += read;
        return read;
    }

    private int inflated(Local entry, byte[] to, int from, int length) throws IOException {
        try {
            while (true) {
                int read = inflater.inflate(to, from, length);
                if (read > 0) {
                    return read;
                }
                if (inflater.finished()) {
                    at = end - inflater.getRemaining();
                    packedSoFar = inflater.getBytesRead();
                    return -1;
                }
                if (inflater.needsDictionary()) {
                    throw new DataFormatException("a dictionary");
                }
                if (given) {
                    at = end;
                }
                fill();
                inflater.setInput(buffer, at, end - at);
                given = true;
            }
        } catch (DataFormatException e) {
            throw new BadArchiveException("entry \"" + entry.name + "\" is damaged", e);
        }
    }

    private void requireRight(Local entry) throws IOException {
        long expectedCrc = entry.crc;
        long size = entry.size;
        long packed = entry.packed;
        if (entry.described) {
            int first = int32();
            expectedCrc = (first == DESCRIPTOR ? int32() : first) & 0xffffffffL;
            ByteBuffer sizes = bytes(entry.wide ? 16 : 8);
            packed = entry.wide ? sizes.getLong() : sizes.getInt() & 0xffffffffL;
            size = entry.wide ? sizes.getLong() : sizes.getInt() & 0xffffffffL;
        }
        if (crc.getValue() != expectedCrc || size != sizeSoFar || packed != packedSoFar) {
            throw new BadArchiveException("entry \"" + entry.name + "\" is damaged");
        }
    }

    private String name(int length, int flags) throws IOException {
        byte[] name = new byte[length];
        bytes(length).get(name);
        return new String(name, (flags & UTF8_FLAG) != 0 ? StandardCharsets.UTF_8 : OLD);
    }

    /// What DOS wrote down, to two seconds and in a time zone that it does not say.
    private static long millis(int date, int time) {
        try {
            return Math.max(
                    0,
                    LocalDateTime.of(
                                            1980 + (date >> 9),
                                            date >> 5 & 15,
                                            date & 31,
                                            time >> 11,
                                            time >> 5 & 63,
                                            Math.min(59, (time & 31) * 2))
                                    .toEpochSecond(ZoneOffset.UTC)
                            * 1000);
        } catch (DateTimeException e) {
            return 0;
        }
    }

    private int int32() throws IOException {
        return bytes(4).getInt();
    }

    /// The next bytes, at most 64 KiB.
    private ByteBuffer bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count; ) {
            fill();
            int part = Math.min(count - done, end - at);
            System.arraycopy(buffer, at, bytes, done, part);
            at += part;
            done += part;
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Makes sure that there is a byte.
    private void fill() throws IOException {
        if (at < end) {
            return;
        }
        int read;
        try {
            read = in.read(buffer, 0, buffer.length);
        } catch (EOFException e) {
            read = -1;
        }
        if (read < 0) {
            throw new BadArchiveException("it ends too early for a zip");
        }
        at = 0;
        end = read;
    }

    private void drain() throws IOException {
        while (in.read(buffer, 0, buffer.length) >= 0) {}
    }

    @Override
    public long unpackedBytes() {
        return unpacked;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
