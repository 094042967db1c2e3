package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.TargetFile;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// An object being copied into its incomplete file: which ranges are still to be fetched, which pieces are present and
/// their digests. Several streams may work on it; all state is guarded by the object itself.
final class ObjectCopy {
    /// Maximum size of a piece in the journal: a killed process fetches at most this much again per stream.
    static final long BLOCK_BYTES = 8 << 20;

    /// A range not yet fetched.
    record Range(long from, long to) {
        long length() {
            return to - from;
        }
    }

    /// How to compute an object's SHA-256.
    sealed interface Sha256 {
        /// Not requested.
        record NotRequested() implements Sha256 {}

        /// While the bytes arrive, where one stream fetches it; else from the file when it is complete.
        record Inline() implements Sha256 {}

        /// From the file, in parallel with the streams.
        ///
        /// @param executor for reading
        record Concurrent(Executor executor) implements Sha256 {}
    }

    /// The digest of a complete object.
    record Arrival(DigestKind kind, long digest) {}

    final Catalog.Entry entry;

    /// The object as it was at the start; with its size from the moment that it is known.
    volatile SourceObject object;

    final long id;
    final TargetFile file;
    private final Deque<Range> waiting = new ArrayDeque<>();
    private final Pieces pieces = new Pieces();
    private final @Nullable MessageDigest pinned;
    private final @Nullable FollowingDigest following;
    private volatile boolean inOrder;
    private final boolean wholeOnly;
    private final @Nullable Arrival earlier;
    private DigestKind kind;
    private @Nullable ObjectDigest offered;
    private @Nullable MessageDigest serial;
    private int active;
    private boolean invalidated;
    private boolean answered;
    private boolean unverified;

    /// @param kind of the pieces' digests
    /// @param inOrder whether one stream fetches it from the first to the last byte
    /// @param wholeOnly whether only one request for the whole object can fetch it
    /// @param sha256 how to compute its SHA-256
    /// @param earlier digest of an earlier fetch that did not match the store's; null the first time
    ObjectCopy(
            Catalog.Entry entry,
            SourceObject object,
            long id,
            TargetFile file,
            DigestKind kind,
            @Nullable ObjectDigest offered,
            boolean inOrder,
            boolean wholeOnly,
            Sha256 sha256,
            @Nullable Arrival earlier) {
        this.entry = entry;
        this.object = object;
        this.id = id;
        this.file = file;
        this.kind = kind;
        this.offered = offered;
        this.inOrder = inOrder;
        this.wholeOnly = wholeOnly;
        this.earlier = earlier;
        this.pinned =
                inOrder && sha256 instanceof Sha256.Inline
                        ? Digester.message(DigestKind.SHA256)
                        : null;
        this.following =
                sha256 instanceof Sha256.Concurrent(Executor executor)
                        ? new FollowingDigest(file, executor)
                        : null;
    }

    /// Whether one stream fetches it from the first to the last byte into an empty file.
    boolean inOrder() {
        return inOrder;
    }

    /// Whether only one request for the whole object can fetch it: another request restarts it.
    boolean wholeOnly() {
        return wholeOnly;
    }

    /// Digest of the earlier fetch; null the first time.
    @Nullable Arrival earlier() {
        return earlier;
    }

    synchronized void addRange(long from, long to) {
        waiting.add(new Range(from, to));
    }

    /// Adds a piece.
    synchronized void addPiece(long offset, long length, long digest) {
        if (following != null) {
            following.arrived(offset, length);
        }
        pieces.add(kind, offset, length, digest);
    }

    /// Takes a range to fetch; null when none is pending.
    ///
    /// @param most about this many bytes
    synchronized @Nullable Range take(long most) {
        Range range = invalidated ? null : waiting.poll();
        if (range == null) {
            return null;
        }
        active++;
        long end = Ranges.end(range.from, range.to, most);
        if (end < range.to) {
            waiting.addFirst(new Range(end, range.to));
        }
        return new Range(range.from, end);
    }

    /// Bytes not yet being fetched.
    synchronized long waitingBytes() {
        long sum = 0;
        for (Range range : waiting) {
            sum += range.length();
        }
        return invalidated ? 0 : sum;
    }

    /// The first response has arrived, with the store's digest if it sends one.
    synchronized void answered() {
        answered = true;
    }

    /// Whether other streams may fetch a part of an object that one stream fetches in order: its digest is known and
    /// does not depend on order.
    synchronized boolean canBeShared() {
        return !invalidated
                && !wholeOnly
                && (!inOrder || (answered && serial == null && pinned == null));
    }

    /// Makes a part of a stream's range available to others.
    synchronized void share(long from, long to) {
        inOrder = false;
        waiting.add(new Range(from, to));
    }

    synchronized boolean hasWaiting() {
        return !invalidated && !waiting.isEmpty();
    }

    /// A range has ended, successfully or not. Returns true when no other range is in progress.
    synchronized boolean release() {
        active--;
        return active == 0 && (invalidated || waiting.isEmpty());
    }

    /// The fetched data is useless: the object changed, or its digest is wrong.
    synchronized void invalidate() {
        invalidated = true;
        waiting.clear();
    }

    synchronized boolean invalidated() {
        return invalidated;
    }

    /// The store has no digest to compare with.
    synchronized void markUnverified() {
        unverified = true;
    }

    /// Whether only its size could be verified.
    synchronized boolean unverified() {
        return unverified;
    }

    synchronized DigestKind kind() {
        return kind;
    }

    /// Sets the store's digest that came with the bytes; only before the first of them.
    synchronized void offer(ObjectDigest digest) {
        offered = digest;
        if (digest.kind().combines() && digest.parts() == 0) {
            kind = digest.kind();
        } else if (inOrder
                && digest.parts() == 0
                && (object.sized() || digest.kind().preamble(0).length == 0)
                && !(following != null && digest.kind() == DigestKind.SHA256)) {
            serial = Digester.message(digest.kind(), object.size());
        }
    }

    /// Sets the store's digest that was requested after the bytes arrived.
    synchronized void expect(@Nullable ObjectDigest digest) {
        offered = digest;
    }

    /// Digest that needs the bytes in order; null where none is needed.
    @Nullable MessageDigest serial() {
        return serial;
    }

    @Nullable MessageDigest pinned() {
        return pinned;
    }

    synchronized @Nullable ObjectDigest offered() {
        return offered;
    }

    /// Number of bytes present.
    synchronized long fetchedBytes() {
        return pieces.bytes();
    }

    /// The digest of the object, of kind [#kind], combined from its pieces.
    ///
    /// @throws IOException when pieces are missing or overlap
    synchronized long digest() throws IOException {
        return pieces.digest(kind, entry.path(), object.size());
    }

    /// Compares the file with the store's digest. Returns null when it matches or there is none, else a description of
    /// the mismatch.
    @Nullable String mismatch(long digest) throws IOException, InterruptedException {
        ObjectDigest expected = offered();
        if (expected == null) {
            return null;
        }
        String actual;
        if (expected.parts() == 0 && expected.kind() == kind) {
            actual = kind.hex(digest);
        } else if (expected.parts() == 0
                && following != null
                && expected.kind() == DigestKind.SHA256) {
            actual = following.finish(object.size());
        } else if (serial != null) {
            actual = Digester.hex(serial.digest());
        } else {
            actual = Digester.of(file, object.size(), expected);
        }
        return actual.equals(expected.value())
                ? null
                : "the store says "
                        + expected
                        + ", what arrived has "
                        + expected.kind().label()
                        + ":"
                        + actual;
    }

    /// The SHA-256 of the object, in hex.
    String sha256() throws IOException, InterruptedException {
        if (following != null) {
            return following.finish(object.size());
        }
        return pinned != null
                ? Digester.hex(pinned.digest())
                : Digester.sha256(file, object.size());
    }
}
