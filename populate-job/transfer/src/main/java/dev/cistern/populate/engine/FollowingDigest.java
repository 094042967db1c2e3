package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.target.TargetFile;
import java.io.EOFException;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The SHA-256 of a large object whose ranges come in any order: reads what lies on the target from the page cache, in order, a little
/// behind the streams and beside them. So when the last byte has come little is left to be read, and several streams may fetch one object.
///
/// One thread at a time digests; who brings bytes never waits for it.
final class FollowingDigest {
    /// Less is not worth a thread's waking.
    private static final long MIN_BYTES = 4L << 20;

    private final TargetFile file;
    private final Executor executor;
    private final MessageDigest digest = Digester.message(DigestKind.SHA256);

    /// What is there behind the first gap: where it begins and ends.
    private final TreeMap<Long, Long> beyond = new TreeMap<>();

    /// All before this is there.
    private long there;

    /// All before this was digested.
    private long digested;

    private boolean busy;
    private @Nullable String result;
    private @Nullable IOException failure;

    /// @param executor for the reading; it bounds the threads
    FollowingDigest(TargetFile file, Executor executor) {
        this.file = file;
        this.executor = executor;
    }

    /// Some bytes are in the file.
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

    /// Only called by the one thread that set [#busy].
    private void digest(long to) throws IOException {
        long from = digested;
        Digester.read(file, from, to - from, digest::update);
        synchronized (this) {
            digested = to;
        }
    }

    /// The digest in hex, when all bytes are there: waits for what is being read, and reads the rest. By one thread at a time.
    ///
    /// @param size of the object, in bytes
    /// @throws IOException when the file cannot be read, or is not whole
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
