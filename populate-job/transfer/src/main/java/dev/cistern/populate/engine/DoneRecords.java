package dev.cistern.populate.engine;

import dev.cistern.populate.target.TargetFile;
import dev.cistern.populate.target.WorkFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Objects completed by earlier attempts: a table while they fit in memory, else a file in the journal's order. The
/// file is not searched; [Resume] reads it once for many objects.
final class DoneRecords {
    /// State (1), id and digest (8 each).
    private static final int RECORD_BYTES = 17;

    private static final int BUFFER_BYTES = RECORD_BYTES * 3855;

    /// Receives an object's record; null when the journal revokes an earlier one.
    interface Visitor {
        void visit(long id, Journal.@Nullable Done done) throws IOException;
    }

    private final WorkFiles spill;
    private final int maxInMemory;
    private DoneTable table = new DoneTable();
    private @Nullable TargetFile file;
    private long fileBytes;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

    /// @param spill creates the file for records that do not fit in memory
    /// @param maxInMemory maximum number of objects in memory
    DoneRecords(WorkFiles spill, int maxInMemory) {
        this.spill = spill;
        this.maxInMemory = maxInMemory;
    }

    void put(long id, Journal.Done done) throws IOException {
        if (file != null) {
            append(id, done);
            return;
        }
        table.put(id, done);
        if (table.size() > maxInMemory) {
            file = spill.create();
            table.each(this::append);
            table = new DoneTable();
        }
    }

    void remove(long id) throws IOException {
        if (file == null) {
            table.remove(id);
        } else {
            append(id, null);
        }
    }

    private void append(long id, Journal.@Nullable Done done) throws IOException {
        if (buffer.remaining() < RECORD_BYTES) {
            flush();
        }
        buffer.put(done == null ? 0 : done.state());
        buffer.putLong(id).putLong(done == null ? 0 : done.digest());
    }

    private void flush() throws IOException {
        TargetFile to = file;
        buffer.flip();
        int length = buffer.remaining();
        if (to != null && length > 0) {
            to.write(buffer, fileBytes);
            fileBytes += length;
        }
        buffer.clear();
    }

    /// No more records follow.
    void complete() throws IOException {
        flush();
    }

    boolean isEmpty() {
        return file == null && table.isEmpty();
    }

    /// Whether the records are in a file: [#find] then finds nothing, and [#each] returns all.
    boolean spilled() {
        return file != null;
    }

    /// Bytes used on the volume.
    long spilledBytes() {
        return fileBytes;
    }

    /// The journal's last record of an object, or null.
    Journal.@Nullable Done find(long id) {
        int index = table.indexOf(id);
        return index < 0 ? null : table.at(index);
    }

    /// Visits all records of the file in order; a later one of the same object overrides an earlier one.
    void each(Visitor visitor) throws IOException {
        TargetFile from = file;
        for (long at = 0; from != null && at < fileBytes; at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, fileBytes - at));
            while (buffer.hasRemaining()) {
                if (from.read(buffer, at + buffer.position()) < 0) {
                    throw new EOFException("the file of finished objects was cut off");
                }
            }
            buffer.flip();
            while (buffer.hasRemaining()) {
                byte state = buffer.get();
                long id = buffer.getLong();
                long digest = buffer.getLong();
                visitor.visit(id, state == 0 ? null : Journal.Done.of(state, digest));
            }
        }
    }
}
