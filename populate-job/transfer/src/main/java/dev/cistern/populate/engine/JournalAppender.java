package dev.cistern.populate.engine;

import dev.cistern.populate.target.TargetFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Buffers records and writes them to the file: on demand, when the buffer is full, and when a record has waited for
/// its maximum time. The last is done by a separate thread: a sync of the volume may take long, and no record should
/// wait for it.
final class JournalAppender implements AutoCloseable {
    /// Its lock is held during writes and acquired before the appender's own, so that adding a record never waits for
    /// the disk.
    private final TargetFile file;

    private final long flushMillis;
    private ByteBuffer filling;
    private ByteBuffer written;
    private long length;
    private boolean closed;
    private @Nullable IOException failure;

    /// @param file closed by [#close]
    /// @param length of the file, in bytes: offset of the next record
    /// @param bufferBytes size of the buffer, a multiple of a record's length
    /// @param flushMillis longest time that a record waits
    JournalAppender(TargetFile file, long length, int bufferBytes, long flushMillis) {
        this.file = file;
        this.length = length;
        this.flushMillis = flushMillis;
        this.filling = ByteBuffer.allocate(bufferBytes);
        this.written = ByteBuffer.allocate(bufferBytes);
        Thread flusher = new Thread(null, this::flushInTime, "journal", 128 * 1024);
        flusher.setDaemon(true);
        flusher.start();
    }

    void append(ByteBuffer record) throws IOException {
        while (!taken(record)) {
            flush();
        }
    }

    /// Returns whether there was space for it.
    private synchronized boolean taken(ByteBuffer record) throws IOException {
        check();
        if (filling.remaining() < record.remaining()) {
            return false;
        }
        boolean first = filling.position() == 0;
        filling.put(record);
        if (first) {
            notifyAll();
        }
        return true;
    }

    private void check() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    /// Writes all records to the file and returns its length.
    ///
    /// @throws IOException when a write failed, now or before: those records are lost
    long flush() throws IOException {
        synchronized (file) {
            ByteBuffer full = swap();
            try {
                int bytes = full.remaining();
                file.write(full, length);
                length += bytes;
            } catch (IOException e) {
                fail(e);
                throw e;
            }
            return length;
        }
    }

    private synchronized ByteBuffer swap() throws IOException {
        check();
        ByteBuffer full = filling;
        filling = written.clear();
        written = full;
        return full.flip();
    }

    private synchronized void fail(IOException e) {
        failure = e;
    }

    private void flushInTime() {
        try {
            while (recordsWaited()) {
                flush();
            }
        } catch (IOException e) {
            // The flush keeps the exception for the next writer.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits for a record and then for its deadline. Returns false when closed.
    private synchronized boolean recordsWaited() throws InterruptedException {
        while (filling.position() == 0 && !closed) {
            wait();
        }
        long since = System.nanoTime();
        for (long left = flushMillis; left > 0 && !closed; ) {
            wait(left);
            left = flushMillis - (System.nanoTime() - since) / 1_000_000;
        }
        return !closed;
    }

    /// Flushes and closes the file. Idempotent.
    @Override
    public void close() throws IOException {
        try (file) {
            if (!ended()) {
                flush();
            }
        }
    }

    /// Marks it as closed; returns whether it already was.
    private synchronized boolean ended() {
        boolean before = closed;
        closed = true;
        notifyAll();
        return before;
    }
}
