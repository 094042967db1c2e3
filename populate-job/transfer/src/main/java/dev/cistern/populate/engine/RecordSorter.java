package dev.cistern.populate.engine;

import dev.cistern.populate.target.TargetFile;
import dev.cistern.populate.target.WorkFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Sorts any number of records by their bytes (unsigned) in bounded memory: sorted runs go to a file and are merged. As
/// long as all fit in memory, nothing is written. Duplicates are kept.
final class RecordSorter {
    /// Read buffer of one run during a merge.
    private static final int MERGE_BUFFER_BYTES = 64 * 1024;

    /// Length prefix of a record.
    private static final int LENGTH_BYTES = 2;

    /// Maximum length of a record, in bytes.
    static final int MAX_RECORD_BYTES = 0xffff;

    /// Overhead of an array and its reference in the list.
    private static final int OVERHEAD_BYTES = 32;

    /// Receives the sorted records.
    interface Visitor {
        void visit(byte[] record) throws IOException;
    }

    private record Run(long from, long to) {}

    private final WorkFiles spill;
    private final long memoryBytes;
    private final int fanIn;
    private List<byte[]> held = new ArrayList<>();
    private long heldBytes;
    private final List<Run> runs = new ArrayList<>();
    private @Nullable TargetFile file;
    private long fileBytes;

    /// @param spill creates the file for the runs
    /// @param memoryBytes for buffered records and the buffers of a merge, of which there are at least two
    RecordSorter(WorkFiles spill, long memoryBytes) {
        this.spill = spill;
        this.memoryBytes = memoryBytes;
        this.fanIn = (int) Math.clamp(memoryBytes / MERGE_BUFFER_BYTES, 2, 256);
    }

    /// Adds a record, which must not be changed afterwards.
    void add(byte[] bytes) throws IOException {
        if (bytes.length > MAX_RECORD_BYTES) {
            throw new IllegalArgumentException("a record of " + bytes.length + " bytes");
        }
        held.add(bytes);
        heldBytes += bytes.length + OVERHEAD_BYTES;
        if (heldBytes >= memoryBytes) {
            endRun();
        }
    }

    /// Visits all records in order. To be called once, at the end.
    void sorted(Visitor visitor) throws IOException {
        if (runs.isEmpty()) {
            held.sort(Arrays::compareUnsigned);
            for (byte[] next : held) {
                visitor.visit(next);
            }
            return;
        }
        if (!held.isEmpty()) {
            endRun();
        }
        held = List.of();
        while (runs.size() > fanIn) {
            List<Run> first = List.copyOf(runs.subList(0, fanIn));
            runs.subList(0, fanIn).clear();
            Writer writer = new Writer();
            merge(first, writer::put);
            runs.add(writer.end());
        }
        merge(runs, visitor);
        file().close();
    }

    private TargetFile file() throws IOException {
        TargetFile found = file;
        if (found == null) {
            found = spill.create();
            file = found;
        }
        return found;
    }

    private void endRun() throws IOException {
        held.sort(Arrays::compareUnsigned);
        Writer writer = new Writer();
        for (byte[] next : held) {
            writer.put(next);
        }
        runs.add(writer.end());
        held.clear();
        heldBytes = 0;
    }

    private void merge(List<Run> some, Visitor visitor) throws IOException {
        PriorityQueue<Reader> readers =
                new PriorityQueue<>((a, b) -> Arrays.compareUnsigned(a.current, b.current));
        for (Run run : some) {
            Reader reader = new Reader(run);
            if (reader.advance()) {
                readers.add(reader);
            }
        }
        for (Reader least = readers.poll(); least != null; least = readers.poll()) {
            visitor.visit(least.current);
            if (least.advance()) {
                readers.add(least);
            }
        }
    }

    /// Writes one run to the end of the file.
    private final class Writer {
        private final long from = fileBytes;
        private final ByteBuffer buffer =
                ByteBuffer.allocate(MAX_RECORD_BYTES + LENGTH_BYTES + MERGE_BUFFER_BYTES);

        void put(byte[] next) throws IOException {
            if (buffer.remaining() < LENGTH_BYTES + next.length) {
                flush();
            }
            buffer.putShort((short) next.length).put(next);
        }

        private void flush() throws IOException {
            buffer.flip();
            int length = buffer.remaining();
            file().write(buffer, fileBytes);
            fileBytes += length;
            buffer.clear();
        }

        Run end() throws IOException {
            flush();
            return new Run(from, fileBytes);
        }
    }

    /// Reads one run.
    private final class Reader {
        private final long to;
        private long at;
        private ByteBuffer buffer = ByteBuffer.allocate(MERGE_BUFFER_BYTES).limit(0);
        private byte[] current = new byte[0];

        Reader(Run run) {
            at = run.from;
            to = run.to;
        }

        /// Advances to the next record; returns false at the end.
        boolean advance() throws IOException {
            if (at == to && !buffer.hasRemaining()) {
                return false;
            }
            need(LENGTH_BYTES);
            byte[] next = new byte[Short.toUnsignedInt(buffer.getShort())];
            need(next.length);
            buffer.get(next);
            current = next;
            return true;
        }

        private void need(int bytes) throws IOException {
            if (buffer.remaining() >= bytes) {
                return;
            }
            if (bytes > buffer.capacity()) {
                buffer = ByteBuffer.allocate(bytes).put(buffer);
            } else {
                buffer.compact();
            }
            buffer.limit((int) Math.min(buffer.capacity(), buffer.position() + to - at));
            while (buffer.hasRemaining()) {
                int read = file().read(buffer, at);
                if (read < 0) {
                    throw new EOFException("a sorted run was cut off");
                }
                at += read;
            }
            buffer.flip();
        }
    }
}
