package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.SourceRevision;
import dev.cistern.populate.wire.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Counts the fill's work, for reports and metrics. Reading it does not slow the copy.
public final class Meter {
    private final AtomicLong bytesTotal = new AtomicLong();
    private final AtomicLong filesTotal = new AtomicLong();
    private final AtomicLong bytesDone = new AtomicLong();
    private final AtomicLong filesDone = new AtomicLong();
    private final AtomicLong bytesFetched = new AtomicLong();
    private final AtomicLong bytesResumed = new AtomicLong();
    private final AtomicLong unverified = new AtomicLong();
    private final AtomicLong unsized = new AtomicLong();
    private volatile boolean totalsFinal;
    private volatile Stage stage = Stage.CONNECTING;
    private volatile @Nullable String trouble;
    private volatile long firstAnswerNanos;
    private volatile List<SourceRevision> revisions = List.of();

    /// A snapshot of the counts.
    ///
    /// @param stage current stage
    /// @param bytesDone on the volume
    /// @param bytesTotal listed; for objects of unknown size, the bytes received so far
    /// @param filesDone on the volume, complete and verified
    /// @param filesTotal listed
    /// @param totalsFinal whether the listing has ended, and all sizes are known
    /// @param bytesFetched read from the store, retries included
    /// @param bytesResumed copied by earlier attempts
    /// @param trouble why the store sends nothing at the moment; null when it does
    public record Counts(
            Stage stage,
            long bytesDone,
            long bytesTotal,
            long filesDone,
            long filesTotal,
            boolean totalsFinal,
            long bytesFetched,
            long bytesResumed,
            @Nullable String trouble) {}

    /// Returns a snapshot.
    public Counts counts() {
        return new Counts(
                stage,
                bytesDone.get(),
                bytesTotal.get(),
                filesDone.get(),
                filesTotal.get(),
                totalsFinal && unsized.get() == 0,
                bytesFetched.get(),
                bytesResumed.get(),
                trouble);
    }

    /// Files of which only the size could be verified, in this attempt or before.
    public long unverified() {
        return unverified.get();
    }

    /// What is read of sources whose names may come to stand for something else.
    public List<SourceRevision> revisions() {
        return revisions;
    }

    /// What a source's name stands for is known.
    ///
    /// @param revision null where it has none
    void revision(int source, @Nullable String revision) {
        if (revision == null) {
            return;
        }
        List<SourceRevision> all = new ArrayList<>(revisions);
        all.removeIf(other -> other.source() == source);
        all.add(new SourceRevision(source, revision));
        revisions = List.copyOf(all);
    }

    /// A file had no digest to verify.
    void couldNotVerify() {
        unverified.incrementAndGet();
    }

    void stage(Stage now) {
        stage = now;
    }

    /// The store has sent useful data.
    void answered() {
        if (trouble != null) {
            trouble = null;
        }
        if (stage == Stage.CONNECTING) {
            stage = Stage.LISTING;
        }
    }

    /// The store sends nothing, for a reason that may be temporary.
    void trouble(String reason) {
        trouble = reason;
    }

    void listed(long bytes) {
        if (firstAnswerNanos == 0) {
            firstAnswerNanos = System.nanoTime();
        }
        filesTotal.incrementAndGet();
        if (bytes == SourceObject.UNKNOWN_SIZE) {
            unsized.incrementAndGet();
        } else {
            bytesTotal.addAndGet(bytes);
        }
    }

    /// An object's size has changed or become known.
    ///
    /// @param before size in bytes, or [SourceObject#UNKNOWN_SIZE]
    /// @param now the same
    void sizeChanged(long before, long now) {
        bytesTotal.addAndGet(Math.max(0, now) - Math.max(0, before));
        unsized.addAndGet(
                (now == SourceObject.UNKNOWN_SIZE ? 1 : 0)
                        - (before == SourceObject.UNKNOWN_SIZE ? 1 : 0));
    }

    /// Bytes of an object of unknown size were received; a negative number when they were discarded.
    void grown(long bytes) {
        bytesTotal.addAndGet(bytes);
    }

    /// An object of unknown size is complete, so that its size is known.
    void sized() {
        unsized.decrementAndGet();
    }

    /// Whether everything is listed.
    boolean listingEnded() {
        return totalsFinal;
    }

    /// Number of objects of unknown size.
    long unsized() {
        return unsized.get();
    }

    void totalsFinal() {
        totalsFinal = true;
    }

    void fetched(long bytes) {
        bytesFetched.addAndGet(bytes);
        bytesDone.addAndGet(bytes);
    }

    /// Bytes that were counted as done were discarded.
    void undone(long bytes) {
        bytesDone.addAndGet(-bytes);
    }

    void resumed(long bytes) {
        bytesResumed.addAndGet(bytes);
        bytesDone.addAndGet(bytes);
    }

    void fileDone() {
        filesDone.incrementAndGet();
    }
}
