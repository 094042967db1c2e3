package dev.cistern.populate.engine;

import dev.cistern.populate.digest.Crcs;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.TargetFile;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// One object on its way into its unfinished file: which ranges are still to be fetched, which pieces are there and with what
/// digest. Several streams may work on it; all state is guarded by the object itself.
final class ObjectCopy {
    /// Pieces are noted in the journal in this size at most: what a killed process fetches again is never more than this per stream.
    static final long BLOCK_BYTES = 8 << 20;

    /// A range not yet fetched.
    record Range(long from, long to) {
        long length() {
            return to - from;
        }
    }

    /// How to get an object's SHA-256.
    sealed interface Sha256 {
        /// Nobody wants it.
        record Unwanted() implements Sha256 {}

        /// As its bytes come, where one stream fetches it; else from the file when all have.
        record AsBytesCome() implements Sha256 {}

        /// From the file, beside the streams.
        ///
        /// @param executor for the reading
        record Beside(Executor executor) implements Sha256 {}
    }

    /// The digest of what has arrived whole.
    record Arrival(DigestKind kind, long digest) {}

    private record Piece(long offset, long length, long digest) {}

    final Catalog.Entry entry;

    /// As it was when it was begun; with its size from the moment that that is known.
    volatile SourceObject object;

    final long id;
    final TargetFile file;
    private final Deque<Range> waiting = new ArrayDeque<>();
    private final List<Piece> pieces = new ArrayList<>(1);
    private final @Nullable MessageDigest pinned;
    private final @Nullable FollowingDigest following;
    private volatile boolean inOrder;
    private final boolean whole;
    private final @Nullable Arrival earlier;
    private DigestKind kind;
    private @Nullable ObjectDigest offered;
    private @Nullable MessageDigest serial;
    private int active;
    private boolean spoilt;
    private boolean answered;
    private boolean unverified;

    /// @param kind of the pieces' digests
    /// @param inOrder whether one stream fetches it from first to last byte
    /// @param whole whether it can be had by one request alone
    /// @param sha256 how to get its SHA-256
    /// @param earlier what arrived when it was last fetched, and had not the store's digest; null the first time
    ObjectCopy(
            Catalog.Entry entry,
            SourceObject object,
            long id,
            TargetFile file,
            DigestKind kind,
            @Nullable ObjectDigest offered,
            boolean inOrder,
            boolean whole,
            Sha256 sha256,
            @Nullable Arrival earlier) {
        this.entry = entry;
        this.object = object;
        this.id = id;
        this.file = file;
        this.kind = kind;
        this.offered = offered;
        this.inOrder = inOrder;
        this.whole = whole;
        this.earlier = earlier;
        this.pinned =
                inOrder && sha256 instanceof Sha256.AsBytesCome
                        ? Digester.message(DigestKind.SHA256)
                        : null;
        this.following =
                sha256 instanceof Sha256.Beside(Executor executor)
                        ? new FollowingDigest(file, executor)
                        : null;
    }

    /// Whether one stream fetches it from first to last byte into an empty file.
    boolean inOrder() {
        return inOrder;
    }

    /// Whether it can be had by one request alone: another one begins it again.
    boolean whole() {
        return whole;
    }

    /// What arrived when it was last fetched; null the first time.
    @Nullable Arrival earlier() {
        return earlier;
    }

    synchronized void addRange(long from, long to) {
        waiting.add(new Range(from, to));
    }

    /// Adds a piece; to the one before it, if both are of one block: what comes slowly is noted often.
    synchronized void addPiece(long offset, long length, long digest) {
        if (following != null) {
            following.arrived(offset, length);
        }
        Piece last = pieces.isEmpty() ? null : pieces.getLast();
        if (last != null
                && last.offset + last.length == offset
                && last.offset / BLOCK_BYTES == (offset + length - 1) / BLOCK_BYTES) {
            pieces.set(
                    pieces.size() - 1,
                    new Piece(
                            last.offset,
                            last.length + length,
                            Crcs.combine(kind, last.digest, digest, length)));
        } else {
            pieces.add(new Piece(offset, length, digest));
        }
    }

    /// Takes a range to fetch; null when none waits.
    ///
    /// @param most about so many bytes are enough
    synchronized @Nullable Range take(long most) {
        Range range = spoilt ? null : waiting.poll();
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

    /// Bytes that nobody fetches yet.
    synchronized long waitingBytes() {
        long sum = 0;
        for (Range range : waiting) {
            sum += range.length();
        }
        return spoilt ? 0 : sum;
    }

    /// The first answer has come, and with it the store's digest, if it gives one.
    synchronized void answered() {
        answered = true;
    }

    /// Whether others may fetch a part of what one stream began to fetch from first to last byte: its digest is known and does not need the
    /// order.
    synchronized boolean canBeShared() {
        return !spoilt && !whole && (!inOrder || (answered && serial == null && pinned == null));
    }

    /// Lets others fetch a part of what one stream had begun.
    synchronized void share(long from, long to) {
        inOrder = false;
        waiting.add(new Range(from, to));
    }

    synchronized boolean hasWaiting() {
        return !spoilt && !waiting.isEmpty();
    }

    /// A range has ended, well or not; true when this was the last thing under way on this object.
    synchronized boolean release() {
        active--;
        return active == 0 && (spoilt || waiting.isEmpty());
    }

    /// What was fetched is of no use: the object changed, or its digest is wrong.
    synchronized void spoil() {
        spoilt = true;
        waiting.clear();
    }

    synchronized boolean spoilt() {
        return spoilt;
    }

    /// There is no digest of the store's to compare it with.
    synchronized void couldNotVerify() {
        unverified = true;
    }

    /// Whether its length alone could be compared.
    synchronized boolean unverified() {
        return unverified;
    }

    synchronized DigestKind kind() {
        return kind;
    }

    /// The store's digest came with the bytes; only before the first of them.
    synchronized void offer(ObjectDigest digest) {
        offered = digest;
        if (digest.kind().combines() && digest.parts() == 0) {
            kind = digest.kind();
        } else if (inOrder
                && digest.parts() == 0
                && !(following != null && digest.kind() == DigestKind.SHA256)) {
            serial = Digester.message(digest.kind());
        }
    }

    /// The store's digest was asked for after the bytes came.
    synchronized void expect(@Nullable ObjectDigest digest) {
        offered = digest;
    }

    /// Digests that need the bytes in order; null where none is wanted.
    @Nullable MessageDigest serial() {
        return serial;
    }

    @Nullable MessageDigest pinned() {
        return pinned;
    }

    synchronized @Nullable ObjectDigest offered() {
        return offered;
    }

    /// How many bytes are there.
    synchronized long fetchedBytes() {
        long sum = 0;
        for (Piece piece : pieces) {
            sum += piece.length;
        }
        return sum;
    }

    /// The digest of the whole, of kind [#kind], put together from the pieces.
    ///
    /// @throws IOException when pieces are missing or overlap
    synchronized long digest() throws IOException {
        pieces.sort(Comparator.comparingLong(Piece::offset));
        long digest = 0;
        long at = 0;
        for (Piece piece : pieces) {
            if (piece.offset != at) {
                throw new IOException("pieces of " + entry.path() + " do not fit at " + at);
            }
            digest =
                    at == 0 ? piece.digest : Crcs.combine(kind, digest, piece.digest, piece.length);
            at += piece.length;
        }
        if (at != object.size()) {
            throw new IOException(
                    "pieces of " + entry.path() + " end at " + at + " of " + object.size());
        }
        return digest;
    }

    /// Compares what is in the file with what the store said; null when it is right or nothing was said, else what is wrong.
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

    /// The SHA-256 of the whole, in hex.
    String sha256() throws IOException, InterruptedException {
        if (following != null) {
            return following.finish(object.size());
        }
        return pinned != null
                ? Digester.hex(pinned.digest())
                : Digester.sha256(file, object.size());
    }
}
