package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.target.TargetFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// One record of a [Journal] as stored in the file: 40 bytes including a checksum.
///
/// @param at offset in the file, in bytes; 0 for one that is to be written
/// @param id subject; its meaning and that of the other fields depend on the type
record JournalRecord(long at, Type type, DigestKind kind, long id, long a, long b, long value) {
    static final int BYTES = 40;
    private static final long MAGIC = 0x43495354_45524e31L;

    /// 64 KiB.
    private static final int BUFFER_BYTES = BYTES * 1638;

    /// Type of a record.
    enum Type {
        /// The file is a journal of this version.
        HEADER,
        /// A piece of the incomplete file `id`: offset, length, digest.
        BLOCK,
        /// The file of `id` has its final path: size (negative where it could not be verified), time, digest.
        DONE,
        /// Everything before this offset of the journal, and the data it describes, was synced: offset, and 1 where
        /// that applies to complete files only.
        SYNCED,
        /// Revokes all records of `id`.
        FORGOTTEN,
        /// Blocks are reserved for the incomplete file `id`: size.
        RESERVED,
        /// A finding about digests of form `id`: 1 and nothing when one matched; 0 and an object whose ETag is not a
        /// digest.
        FOUND,
        /// An attempt with scope `id` starts.
        ATTEMPT,
        /// The file or directory with path hash `id` is about to be created: its fingerprint, 1 for a directory.
        MADE
    }

    /// Receives the records.
    interface Visitor {
        void visit(JournalRecord next) throws IOException;
    }

    static JournalRecord header() {
        return new JournalRecord(0, Type.HEADER, DigestKind.CRC32C, MAGIC, 0, 0, 0);
    }

    private boolean isHeader() {
        return type == Type.HEADER && id == MAGIC;
    }

    ByteBuffer encoded() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.put((byte) type.ordinal()).put((byte) kind.ordinal()).putShort((short) 0).putInt(0);
        bytes.putLong(id).putLong(a).putLong(b).putLong(value);
        return bytes.putInt(4, checksum(bytes.array(), 0, type.ordinal(), kind.ordinal())).flip();
    }

    private static int checksum(byte[] bytes, int from, int type, int kind) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, from + 8, BYTES - 8);
        return (int) sum.getValue() ^ (type << 8 | kind);
    }

    /// Decodes a record; null when it is invalid.
    private static @Nullable JournalRecord decoded(ByteBuffer in, long at) {
        int from = in.position();
        int type = in.get();
        int kind = in.get();
        in.getShort();
        int expected = in.getInt();
        long id = in.getLong();
        long a = in.getLong();
        long b = in.getLong();
        long value = in.getLong();
        if (checksum(in.array(), from, type, kind) != expected
                || type >= Type.values().length
                || kind >= DigestKind.values().length) {
            return null;
        }
        return new JournalRecord(
                at, Type.values()[type], DigestKind.values()[kind], id, a, b, value);
    }

    /// Visits the records before `end`; returns the end of the last valid one.
    static long read(TargetFile file, long end, Visitor visitor) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES);
        long at = 0;
        while (true) {
            in.clear();
            while (in.hasRemaining() && file.read(in, at + in.position()) > 0) {}
            in.flip();
            if (in.remaining() < BYTES) {
                return at;
            }
            while (in.remaining() >= BYTES) {
                JournalRecord next = decoded(in, at);
                if (next == null || at >= end || (at == 0 && !next.isHeader())) {
                    return at;
                }
                visitor.visit(next);
                at += BYTES;
            }
        }
    }
}
