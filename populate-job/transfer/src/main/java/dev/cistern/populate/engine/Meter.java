package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Stage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Counts what happens, for whoever wants to show it. Reading it costs the copy nothing.
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

    /// The counts at one moment.
    ///
    /// @param stage what is being done
    /// @param bytesDone on the volume
    /// @param bytesTotal listed; of objects of unknown size what has come of them
    /// @param filesDone on the volume, whole and verified
    /// @param filesTotal listed
    /// @param totalsFinal whether the listing has ended, and all sizes are known
    /// @param bytesFetched read from the store, retries included
    /// @param bytesResumed found done by earlier attempts
    /// @param trouble why nothing comes from the store now; null when all is well
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

    /// The counts now.
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

    /// Files whose length alone could be compared, in this attempt or before.
    public long unverified() {
        return unverified.get();
    }

    /// No digest of a file could be compared.
    void couldNotVerify() {
        unverified.incrementAndGet();
    }

    void stage(Stage now) {
        stage = now;
    }

    /// The store has given something of use.
    void answered() {
        if (trouble != null) {
            trouble = null;
        }
        if (stage == Stage.CONNECTING) {
            stage = Stage.LISTING;
        }
    }

    /// Nothing comes from the store, for a reason that may pass.
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

    /// An object has another size than was known, or one that was not known.
    ///
    /// @param before in bytes, or [SourceObject#UNKNOWN_SIZE]
    /// @param now the same
    void sizeChanged(long before, long now) {
        bytesTotal.addAndGet(Math.max(0, now) - Math.max(0, before));
        unsized.addAndGet(
                (now == SourceObject.UNKNOWN_SIZE ? 1 : 0)
                        - (before == SourceObject.UNKNOWN_SIZE ? 1 : 0));
    }

    /// Bytes of an object of unknown size have come; a negative number when they were of no use.
    void grown(long bytes) {
        bytesTotal.addAndGet(bytes);
    }

    /// All of an object of unknown size has come, so that its size is known.
    void sized() {
        unsized.decrementAndGet();
    }

    /// Whether everything is listed.
    boolean listingEnded() {
        return totalsFinal;
    }

    /// How many objects have an unknown size.
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

    /// Bytes that were counted as done turn out not to be.
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
