package dev.cistern.populate.engine;

import dev.cistern.populate.target.TargetFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Gathers records and hands them to the file system: when somebody asks, when there is no room for another, and by itself when
/// one has waited for its time. The last is a thread's own work: a sync of the volume may take long, and no record waits for it.
final class JournalAppender implements AutoCloseable {
    /// Its lock is held while it is written to, and taken before the appender's own: who brings a record waits for no disk.
    private final TargetFile file;

    private final long flushMillis;
    private ByteBuffer filling;
    private ByteBuffer written;
    private long length;
    private boolean closed;
    private @Nullable IOException failure;

    /// @param file closed with this
    /// @param length of the file, in bytes: where the next record goes
    /// @param bufferBytes of records that wait, a multiple of a record's length
    /// @param flushMillis how long a record waits at most
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

    /// Whether there was room for it.
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

    /// Hands all records to the file system; the file's length after it.
    ///
    /// @throws IOException when that failed, now or before: what was to be written then is lost
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
            // Kept by the flush, and told to the next who writes.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits for a record, and then for its time; false at the end.
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

    /// Flushes and closes the file; does nothing the second time.
    @Override
    public void close() throws IOException {
        try (file) {
            if (!ended()) {
                flush();
            }
        }
    }

    /// Ends the waiting; whether it had ended before.
    private synchronized boolean ended() {
        boolean before = closed;
        closed = true;
        notifyAll();
        return before;
    }
}
