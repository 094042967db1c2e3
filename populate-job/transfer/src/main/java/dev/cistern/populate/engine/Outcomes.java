package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.target.TargetFile;
import dev.cistern.populate.target.WorkFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The outcome of each object of the catalog, by number: 26 bytes an object, 58 with its SHA-256, first in memory and
/// then in a file.
///
/// Objects complete roughly in listing order, so the file is written and read sequentially.
final class Outcomes {
    /// State from earlier attempts (1), kind of digest (1), digest, size, modification time (8 each).
    private static final int PLAIN_SLOT_BYTES = 26;

    private static final int SHA256_BYTES = 32;

    private static final int SLOTS_PER_BLOCK = 4096;
    private static final int READ_SLOTS = 2048;

    /// The file at an object's path.
    ///
    /// @param kind of digest
    /// @param digest of its bytes
    /// @param size in bytes
    /// @param modifiedMillis modification time
    /// @param sha256 of its bytes, in hex; null where it is not requested
    record Copied(
            DigestKind kind,
            long digest,
            long size,
            long modifiedMillis,
            @Nullable String sha256) {}

    private final WorkFiles spill;
    private final int slotsInMemory;
    private final List<ByteBuffer> blocks = new ArrayList<>();
    private @Nullable TargetFile file;
    private final int slotBytes;
    private final ByteBuffer slot;

    /// @param spill creates the file for outcomes that do not fit in memory
    /// @param memoryBytes memory limit
    /// @param sha256 whether to store the SHA-256
    Outcomes(WorkFiles spill, long memoryBytes, boolean sha256) {
        this.spill = spill;
        this.slotBytes = sha256 ? PLAIN_SLOT_BYTES + SHA256_BYTES : PLAIN_SLOT_BYTES;
        this.slot = ByteBuffer.allocate(slotBytes);
        this.slotsInMemory = (int) Math.min(Integer.MAX_VALUE, memoryBytes / slotBytes);
    }

    /// Bytes used on the volume for this number of objects.
    long spilledBytes(long objects) {
        return Math.max(0, objects - slotsInMemory) * slotBytes;
    }

    /// Records the file of an object.
    synchronized void copied(int index, Copied outcome) throws IOException {
        slot.clear();
        slot.position(1);
        slot.put((byte) (outcome.kind.ordinal() + 1));
        slot.putLong(outcome.digest).putLong(outcome.size).putLong(outcome.modifiedMillis);
        if (slotBytes > PLAIN_SLOT_BYTES) {
            String sha256 = outcome.sha256;
            slot.put(sha256 == null ? new byte[SHA256_BYTES] : HexFormat.of().parseHex(sha256));
        }
        write(index, slot.flip().position(1));
    }

    /// Records that an earlier attempt completed an object; null revokes that.
    synchronized void before(int index, Journal.@Nullable Done done) throws IOException {
        slot.clear();
        if (done == null) {
            slot.put((byte) 0);
        } else {
            slot.put(done.state());
            slot.put((byte) 0).putLong(done.digest());
        }
        write(index, slot.flip());
    }

    /// The record of an earlier attempt, as long as nothing was copied in this one; after that its digest is that of
    /// the copy. Null when there is none.
    synchronized Journal.@Nullable Done before(int index) throws IOException {
        read(index);
        byte before = slot.get(0);
        return before == 0 ? null : Journal.Done.of(before, slot.getLong(2));
    }

    private void write(int index, ByteBuffer from) throws IOException {
        if (index < slotsInMemory) {
            while (index / SLOTS_PER_BLOCK >= blocks.size()) {
                blocks.add(ByteBuffer.allocate(SLOTS_PER_BLOCK * slotBytes));
            }
            ByteBuffer block = blocks.get(index / SLOTS_PER_BLOCK);
            int at = index % SLOTS_PER_BLOCK * slotBytes + from.position();
            block.put(at, from, from.position(), from.remaining());
            return;
        }
        TargetFile to = file;
        if (to == null) {
            to = spill.create();
            file = to;
        }
        to.write(from, position(index) + from.position());
    }

    private long position(int index) {
        return (long) (index - slotsInMemory) * slotBytes;
    }

    /// Reads an object's slot into the buffer; zeros where nothing was written.
    private void read(int index) throws IOException {
        slot.clear();
        Arrays.fill(slot.array(), (byte) 0);
        TargetFile from = file;
        if (index < slotsInMemory) {
            if (index / SLOTS_PER_BLOCK < blocks.size()) {
                int at = index % SLOTS_PER_BLOCK * slotBytes;
                slot.put(0, blocks.get(index / SLOTS_PER_BLOCK), at, slotBytes);
            }
        } else if (from != null) {
            while (slot.hasRemaining() && from.read(slot, position(index) + slot.position()) > 0) {}
        }
    }

    /// Reads the copied files, from the first object to the last.
    Reader reader() {
        return new Reader();
    }

    /// Iterates over the copied files in the order of the catalog, in large reads.
    final class Reader {
        private final ByteBuffer slots = ByteBuffer.allocate(READ_SLOTS * slotBytes).limit(0);
        private int bufferedFrom = -1;

        /// The file of an object. To be called in ascending order.
        ///
        /// @throws EOFException when nothing was recorded for it
        Copied copied(int index) throws IOException {
            synchronized (Outcomes.this) {
                TargetFile from = file;
                ByteBuffer found = slot;
                int at = 0;
                if (index < slotsInMemory || from == null) {
                    read(index);
                } else {
                    fill(from, index);
                    found = slots;
                    at = (index - bufferedFrom) * slotBytes;
                }
                if (at + slotBytes > found.limit() || found.get(at + 1) == 0) {
                    throw new EOFException("nothing is known of object number " + index);
                }
                return new Copied(
                        DigestKind.values()[found.get(at + 1) - 1],
                        found.getLong(at + 2),
                        found.getLong(at + 10),
                        found.getLong(at + 18),
                        sha256(found, at));
            }
        }

        private @Nullable String sha256(ByteBuffer found, int at) {
            if (slotBytes == PLAIN_SLOT_BYTES) {
                return null;
            }
            byte[] sha256 = new byte[SHA256_BYTES];
            found.get(at + PLAIN_SLOT_BYTES, sha256);
            return HexFormat.of().formatHex(sha256);
        }

        private void fill(TargetFile from, int index) throws IOException {
            if (bufferedFrom >= 0 && index < bufferedFrom + slots.limit() / slotBytes) {
                return;
            }
            slots.clear();
            while (slots.hasRemaining()
                    && from.read(slots, position(index) + slots.position()) > 0) {}
            slots.flip();
            bufferedFrom = index;
        }
    }
}
