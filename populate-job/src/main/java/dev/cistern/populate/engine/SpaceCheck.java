package dev.cistern.populate.engine;

import dev.cistern.populate.wire.Reason;
import java.io.IOException;

/// Compares what the sources need with what the volume was asked to hold and has free.
///
/// What is free is asked for once, before the first byte is copied; so it makes no difference whether copying has begun since.
final class SpaceCheck {
    /// Directory entries, extents and the journal: what a file costs besides its blocks.
    private static final long OVERHEAD_BYTES_PER_FILE = 300;

    private final CopyContext context;
    private final Lister lister;
    private boolean asked;
    private long freeBytes;
    private long freeInodes;

    SpaceCheck(CopyContext context, Lister lister) {
        this.context = context;
        this.lister = lister;
    }

    /// While the listing goes on: whether what it has found is too much already.
    ///
    /// @throws FillException when it is
    void soFar() throws FillException, IOException {
        ask();
        // How much of it an earlier attempt has written is known only when everything is listed.
        compare(context.journal().empty() ? 0 : Long.MAX_VALUE, " at least");
    }

    /// With everything listed.
    ///
    /// @throws FillException when the volume is too small
    void whole() throws FillException, IOException, InterruptedException {
        ask();
        compare(context.journal().empty() ? 0 : spaceTaken(), "");
    }

    private void ask() throws IOException {
        if (!asked) {
            freeBytes = context.target().freeBytes();
            freeInodes = context.target().freeInodes();
            asked = true;
        }
    }

    /// @param there bytes of it that are on the volume
    private void compare(long there, String least) throws FillException {
        long wanted = lister.spaceBytes() + OVERHEAD_BYTES_PER_FILE * lister.inodes();
        long capacity = context.request().capacityBytes();
        if (capacity > 0 && lister.spaceBytes() > capacity) {
            throw tooSmall(
                    "the sources need"
                            + least
                            + " "
                            + lister.spaceBytes()
                            + " bytes and the volume was asked to hold "
                            + capacity
                            + "; ask for at least "
                            + mebibytes(wanted)
                            + "Mi");
        }
        long needed = wanted - there;
        if (needed > freeBytes) {
            throw tooSmall(
                    "the sources need"
                            + least
                            + " "
                            + needed
                            + " bytes more and the volume has "
                            + freeBytes
                            + " free; make it at least "
                            + mebibytes(needed - freeBytes)
                            + " MiB larger");
        }
        if (freeInodes >= 0 && there == 0 && lister.inodes() > freeInodes) {
            throw tooSmall(
                    "the sources hold"
                            + least
                            + " "
                            + lister.inodes()
                            + " files and the volume's file system has room for "
                            + freeInodes
                            + "; use a larger volume or another file system");
        }
    }

    private static FillException tooSmall(String message) {
        return new FillException(Reason.INSUFFICIENT_SPACE, message, null);
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    /// What earlier attempts have already taken of the volume for objects that are still wanted.
    private long spaceTaken() throws InterruptedException {
        ObjectOpener opener = new ObjectOpener(context, new Committer(context));
        Catalog.Cursor cursor = context.catalog().cursor();
        long taken = 0;
        for (Catalog.Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
            taken += opener.spaceTaken(entry);
        }
        return taken;
    }
}
