package dev.cistern.populate.engine;

import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Compares what the sources need with what the volume was asked to hold and has free, and says what would do.
///
/// What is free is asked for once, before the first byte is copied; so it makes no difference whether copying has begun since. A volume
/// that is too small is known early, what would be large enough only when everything is listed: the listing goes on for that, without a copy,
/// for [#LIST_ON_NANOS] at most.
final class SpaceCheck {
    /// Directory entries, extents and the journal: what a file costs at least besides its blocks.
    private static final long OVERHEAD_BYTES_PER_FILE = 300;

    /// Some hundred pages a second of a store that is near; with more, "at least" has to do.
    private static final long LIST_ON_NANOS = 60_000_000_000L;

    private final CopyContext context;
    private final CatalogFiller listed;
    private boolean asked;
    private long freeBytes;
    private long freeInodes;
    private long tooSmallSinceNanos;
    private boolean tooSmall;
    private boolean whole;

    SpaceCheck(CopyContext context, CatalogFiller listed) {
        this.context = context;
        this.listed = listed;
    }

    /// What is on the volume already.
    private record Taken(long bytes, long files) {
        static final Taken NOTHING = new Taken(0, 0);
        static final Taken UNKNOWN = new Taken(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /// While the listing goes on: whether what it has found is too much already. Nothing need be copied then.
    ///
    /// @throws FillException when it is, and what would be enough cannot be found out in reasonable time
    boolean soFar() throws FillException, IOException {
        ask();
        // How much of it an earlier attempt has written is known only when everything is listed.
        String problem = problem(context.journal().empty() ? Taken.NOTHING : Taken.UNKNOWN);
        if (problem.isEmpty()) {
            return false;
        }
        if (!tooSmall) {
            tooSmall = true;
            tooSmallSinceNanos = System.nanoTime();
        }
        if (System.nanoTime() - tooSmallSinceNanos > LIST_ON_NANOS) {
            throw tooSmall(problem, null);
        }
        return true;
    }

    /// With everything listed.
    ///
    /// @throws FillException when the volume is too small
    void whole() throws FillException, IOException {
        ask();
        whole = true;
        // What is there is worth going through the catalog only if it decides.
        String problem = problem(Taken.NOTHING);
        if (!problem.isEmpty() && !context.journal().empty()) {
            problem = problem(taken());
        }
        if (!problem.isEmpty()) {
            throw tooSmall(problem, null);
        }
    }

    /// What a volume that turned out to be full is told as.
    FillException full(FillException full) {
        return asked && full.reason() == Reason.INSUFFICIENT_SPACE && full.getCause() != null
                ? tooSmall(String.valueOf(full.getMessage()), full)
                : full;
    }

    private void ask() throws IOException {
        if (!asked) {
            freeBytes = context.target().freeBytes();
            freeInodes = context.target().freeInodes();
            asked = true;
        }
    }

    /// What is wrong; empty when nothing is.
    ///
    private String problem(Taken there) {
        long capacity = context.request().capacityBytes();
        if (capacity > 0 && listed.spaceBytes() > capacity) {
            return "the sources need"
                    + least()
                    + " "
                    + listed.spaceBytes()
                    + " bytes and the volume was asked to hold "
                    + capacity;
        }
        long needed =
                listed.spaceBytes()
                        + OVERHEAD_BYTES_PER_FILE * listed.inodes()
                        + listed.ownBytes()
                        - there.bytes;
        if (needed > freeBytes) {
            return "the sources need"
                    + least()
                    + " "
                    + needed
                    + " bytes more and the volume has "
                    + freeBytes
                    + " free";
        }
        long files = listed.inodes() - there.files;
        if (freeInodes >= 0 && files > freeInodes) {
            return "the sources hold"
                    + least()
                    + " "
                    + files
                    + " files and directories that are not there yet, and the volume's file system"
                    + " has room for "
                    + freeInodes;
        }
        return "";
    }

    private String least() {
        return whole && context.meter().unsized() == 0 ? "" : " at least";
    }

    private FillException tooSmall(String problem, @Nullable Throwable cause) {
        return new FillException(Reason.INSUFFICIENT_SPACE, problem + "; " + advice(), cause);
    }

    private String advice() {
        SpaceNeeds needs = listed.needs();
        long capacity = context.request().capacityBytes();
        if (capacity == 0) {
            long missing = Math.max(0, needs.bytes() - freeBytes);
            return "it takes" + least() + " " + ((missing >> 20) + 1) + " MiB more of free space";
        }
        long already = context.journal().empty() ? 0 : Math.min(needs.dataBytes(), capacity);
        long offered = Math.min(capacity, freeBytes + already);
        long advised =
                needs.advisedMebibytes(
                        new SpaceNeeds.Volume(
                                context.target().fileSystem(), capacity, offered, freeInodes));
        return (whole ? "" : "the listing has not ended; ")
                + "make the claim anew with spec.resources.requests.storage:"
                + (whole ? " " : " more than ")
                + advised
                + "Mi (a claim cannot be made larger before it is bound)";
    }

    /// What earlier attempts have already taken of the volume for objects that are still wanted.
    private Taken taken() throws IOException {
        ObjectOpener opener = new ObjectOpener(context, new Committer(context));
        Catalog.Cursor cursor = context.catalog().cursor();
        long bytes = 0;
        long files = 0;
        for (Catalog.Entry entry = cursor.nextListed();
                entry != null;
                entry = cursor.nextListed()) {
            long there = opener.spaceTaken(entry);
            bytes += Math.max(0, there);
            files += there >= 0 ? 1 : 0;
        }
        return new Taken(bytes, files);
    }
}
