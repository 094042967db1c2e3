package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.target.TargetFile;
import java.io.EOFException;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Computes the SHA-256 of a large object whose ranges arrive in any order: reads the file from the page cache, in
/// order and in parallel with the streams, a little behind them. So little remains to be read after the last byte, and
/// several streams may fetch one object.
///
/// One thread at a time digests; streams never wait for it.
final class FollowingDigest {
    /// Smaller amounts are not worth waking a thread.
    private static final long MIN_BYTES = 4L << 20;

    private final TargetFile file;
    private final Executor executor;
    private final MessageDigest digest = Digester.message(DigestKind.SHA256);

    /// Ranges present after the first gap: start and end.
    private final TreeMap<Long, Long> beyond = new TreeMap<>();

    /// Everything before this offset is present.
    private long there;

    /// Everything before this offset is digested.
    private long digested;

    private boolean busy;
    private @Nullable String result;
    private @Nullable IOException failure;

    /// @param executor for reading; bounds the number of threads
    FollowingDigest(TargetFile file, Executor executor) {
        this.file = file;
        this.executor = executor;
    }

    /// A range of bytes is in the file.
    void arrived(long from, long length) {
        synchronized (this) {
            beyond.merge(from, from + length, Math::max);
            while (!beyond.isEmpty() && beyond.firstKey() <= there) {
                there = Math.max(there, beyond.pollFirstEntry().getValue());
            }
            if (busy || failure != null || there - digested < MIN_BYTES) {
                return;
            }
            busy = true;
        }
        executor.execute(this::follow);
    }

    private void follow() {
        while (true) {
            long to;
            synchronized (this) {
                to = there;
                if (failure != null || to - digested < MIN_BYTES) {
                    busy = false;
                    notifyAll();
                    return;
                }
            }
            try {
                digest(to);
            } catch (IOException e) {
                failed(e);
            }
        }
    }

    private synchronized void failed(IOException e) {
        failure = e;
    }

    /// Called only by the thread that set [#busy].
    private void digest(long to) throws IOException {
        long from = digested;
        Digester.read(file, from, to - from, digest::update);
        synchronized (this) {
            digested = to;
        }
    }

    /// Returns the digest in hex once all bytes are present: waits for the reader and reads the rest. To be called by
    /// one thread at a time.
    ///
    /// @param size of the object, in bytes
    /// @throws IOException when the file cannot be read or is incomplete
    String finish(long size) throws IOException, InterruptedException {
        synchronized (this) {
            if (result != null) {
                return result;
            }
            while (busy) {
                wait();
            }
            if (failure != null) {
                throw new IOException(failure.getMessage(), failure);
            }
            if (there != size) {
                throw new EOFException("pieces end at " + there + " of " + size);
            }
            busy = true;
        }
        digest(size);
        String hex = Digester.hex(digest.digest());
        synchronized (this) {
            result = hex;
        }
        return hex;
    }
}
