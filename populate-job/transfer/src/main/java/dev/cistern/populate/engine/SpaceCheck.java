package dev.cistern.populate.engine;

import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Compares the space that the sources need with the volume's requested size and free space, and computes a sufficient
/// size.
///
/// Free space is read once, before the first byte is copied, so it does not matter whether copying has started since. A
/// volume that is too small is detected early, but a sufficient size is known only when everything is listed: the
/// listing continues for that, without copying, for [#LIST_ON_NANOS] at most.
final class SpaceCheck {
    /// Minimum overhead of a file besides its blocks: directory entries, extents and journal.
    private static final long OVERHEAD_BYTES_PER_FILE = 300;

    /// A nearby store lists some hundred pages a second; for longer listings the message says "at least".
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

    /// What is already on the volume.
    private record Taken(long bytes, long files) {
        static final Taken NOTHING = new Taken(0, 0);
        static final Taken UNKNOWN = new Taken(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /// During the listing: whether the objects listed so far already exceed the volume, so that nothing need be copied.
    ///
    /// @throws FillException when they do, and a sufficient size cannot be found in reasonable time
    boolean soFar() throws FillException, IOException {
        ask();
        // How much of it is already on the volume is known only when everything is listed.
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

    /// After the listing.
    ///
    /// @throws FillException when the volume is too small
    void whole() throws FillException, IOException {
        ask();
        whole = true;
        // The catalog is read for existing files only if they decide the result.
        String problem = problem(Taken.NOTHING);
        if (!problem.isEmpty() && !context.journal().empty()) {
            problem = problem(taken());
        }
        if (!problem.isEmpty()) {
            throw tooSmall(problem, null);
        }
    }

    /// Adds advice to the failure of a volume that became full.
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

    /// Description of the problem; empty when there is none.
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

    /// Space that earlier attempts have already used for objects that are still selected.
    private Taken taken() throws IOException {
        EarlierAttempts earlier = new EarlierAttempts(context);
        Catalog.Cursor cursor = context.catalog().cursor();
        long bytes = 0;
        long files = 0;
        for (Catalog.Entry entry = cursor.nextListed();
                entry != null;
                entry = cursor.nextListed()) {
            long there = earlier.spaceTaken(entry);
            bytes += Math.max(0, there);
            files += there >= 0 ? 1 : 0;
        }
        return new Taken(bytes, files);
    }
}
