package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.target.SpillFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of each object of the catalog, by its number: 26 bytes an object, in memory first and beyond that in a file.
///
/// Objects end about in the order in which they were listed, so the file is written and read from front to back.
final class Outcomes {
    /// What earlier attempts did (1), kind of digest (1), digest, size, time of change (8 each).
    private static final int SLOT_BYTES = 26;

    private static final int SLOTS_PER_BLOCK = 4096;
    private static final int READ_SLOTS = 2048;

    /// What lies on the volume under an object's path.
    ///
    /// @param kind of digest
    /// @param digest of its bytes
    /// @param size in bytes
    /// @param modifiedMillis time of change
    record Copied(DigestKind kind, long digest, long size, long modifiedMillis) {}

    private final SpillFiles spill;
    private final int slotsInMemory;
    private final List<ByteBuffer> blocks = new ArrayList<>();
    private @Nullable FileChannel file;
    private final ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);

    /// @param spill where to make the file for what does not fit
    /// @param memoryBytes what may be kept in memory
    Outcomes(SpillFiles spill, long memoryBytes) {
        this.spill = spill;
        this.slotsInMemory = (int) Math.min(Integer.MAX_VALUE, memoryBytes / SLOT_BYTES);
    }

    /// What it takes of the volume with so many objects, in bytes.
    long spilledBytes(long objects) {
        return Math.max(0, objects - slotsInMemory) * SLOT_BYTES;
    }

    /// Notes what is on the volume for an object.
    synchronized void copied(int index, Copied outcome) throws IOException {
        slot.clear();
        slot.position(1);
        slot.put((byte) (outcome.kind.ordinal() + 1));
        slot.putLong(outcome.digest).putLong(outcome.size).putLong(outcome.modifiedMillis);
        write(index, slot.flip().position(1));
    }

    /// Notes that an earlier attempt finished an object; null takes that back.
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

    /// What an earlier attempt finished, as long as nothing was noted as copied; else its digest is that of what was copied. Null when
    /// there was nothing.
    synchronized Journal.@Nullable Done before(int index) throws IOException {
        read(index);
        byte before = slot.get(0);
        return before == 0 ? null : Journal.Done.of(before, slot.getLong(2));
    }

    private void write(int index, ByteBuffer from) throws IOException {
        if (index < slotsInMemory) {
            while (index / SLOTS_PER_BLOCK >= blocks.size()) {
                blocks.add(ByteBuffer.allocate(SLOTS_PER_BLOCK * SLOT_BYTES));
            }
            ByteBuffer block = blocks.get(index / SLOTS_PER_BLOCK);
            int at = index % SLOTS_PER_BLOCK * SLOT_BYTES + from.position();
            block.put(at, from, from.position(), from.remaining());
            return;
        }
        FileChannel to = file;
        if (to == null) {
            to = spill.create();
            file = to;
        }
        long at = position(index) + from.position();
        while (from.hasRemaining()) {
            at += to.write(from, at);
        }
    }

    private long position(int index) {
        return (long) (index - slotsInMemory) * SLOT_BYTES;
    }

    /// Fills the slot's buffer with what is known of an object, which is nothing where nothing was written.
    private void read(int index) throws IOException {
        slot.clear();
        slot.put(new byte[SLOT_BYTES]).clear();
        FileChannel from = file;
        if (index < slotsInMemory) {
            if (index / SLOTS_PER_BLOCK < blocks.size()) {
                int at = index % SLOTS_PER_BLOCK * SLOT_BYTES;
                slot.put(0, blocks.get(index / SLOTS_PER_BLOCK), at, SLOT_BYTES);
            }
        } else if (from != null) {
            while (slot.hasRemaining() && from.read(slot, position(index) + slot.position()) > 0) {}
        }
    }

    /// Reads what was copied, from the first object to the last.
    Reader reader() {
        return new Reader();
    }

    /// Goes through what was copied in the order of the catalog, many at a time.
    final class Reader {
        private final ByteBuffer slots = ByteBuffer.allocate(READ_SLOTS * SLOT_BYTES).limit(0);
        private int bufferedFrom = -1;

        /// What is on the volume for an object; objects are to be asked for in ascending order.
        ///
        /// @throws EOFException when nothing was noted for it
        Copied copied(int index) throws IOException {
            synchronized (Outcomes.this) {
                FileChannel from = file;
                ByteBuffer found = slot;
                int at = 0;
                if (index < slotsInMemory || from == null) {
                    read(index);
                } else {
                    fill(from, index);
                    found = slots;
                    at = (index - bufferedFrom) * SLOT_BYTES;
                }
                if (at + SLOT_BYTES > found.limit() || found.get(at + 1) == 0) {
                    throw new EOFException("nothing is known of object number " + index);
                }
                return new Copied(
                        DigestKind.values()[found.get(at + 1) - 1],
                        found.getLong(at + 2),
                        found.getLong(at + 10),
                        found.getLong(at + 18));
            }
        }

        private void fill(FileChannel from, int index) throws IOException {
            if (bufferedFrom >= 0 && index < bufferedFrom + slots.limit() / SLOT_BYTES) {
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
