package dev.cistern.populate.engine;

import dev.cistern.populate.archive.BadArchiveException;
import dev.cistern.populate.archive.PassedThrough;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.EntryNames;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.ArchiveFormat;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Takes archives apart while they are listed: each entry becomes an entry of the catalog and an unfinished file, in
/// the archive's order.
///
/// No file gets its name before the whole archive has been read and is right, by its digest and by its own checksums:
/// of an archive that turns out to be cut off or damaged nothing is to be seen. When everything is listed, and
/// leftovers are out of the way, all files go to the [Committer]. A process that is killed before begins the archive
/// again; of what was finished by an earlier attempt nothing is written again, but the archive is read once more, since
/// only that shows what is in it.
///
/// Links, devices and names that lead out of the target end the fill. How much an archive may become is bounded by the
/// volume, and by [ArchiveBounds].
final class Unpacker {
    /// As with objects.
    private static final int MAX_RESTARTS = 3;

    private final CopyContext context;
    private final CatalogFiller filler;
    private final Catalog.Cursor cursor;
    private final ObjectDescriber describer;

    Unpacker(CopyContext context, CatalogFiller filler) {
        this.context = context;
        this.filler = filler;
        this.cursor = context.catalog().cursor();
        this.describer = new ObjectDescriber(context);
    }

    /// What is done with one archive.
    ///
    /// @param listing where its entries are placed
    /// @param object the archive
    /// @param names which entries are wanted
    /// @param sha256 that the archive must have; null where none is asked for
    record Task(
            SourceListing listing,
            SourceObject object,
            String directory,
            ArchiveFormat format,
            EntryNames names,
            @Nullable String sha256) {
        String shown() {
            return "archive \"" + object.id() + "\" of " + listing.source().name();
        }
    }

    /// Takes an archive apart.
    ///
    /// @throws Lister.Rejected when it cannot be taken
    void unpack(Task task) throws IOException, FillException, InterruptedException {
        int first = context.catalog().size();
        context.unpacked().begin(first);
        skipTo(first);
        try {
            for (int restarts = 0; ; restarts++) {
                String wrong = once(task, restarts);
                if (wrong == null) {
                    break;
                }
                if (restarts == MAX_RESTARTS) {
                    throw new FillException(
                            Reason.DIGEST_MISMATCH,
                            task.shown() + " was read " + (restarts + 1) + " times; " + wrong,
                            null);
                }
                task.names.restart();
            }
        } finally {
            context.unpacked().end(first, context.catalog().size());
        }
        filler.publish();
    }

    private void skipTo(int first) throws IOException {
        while (cursor.position() < first) {
            cursor.nextListed();
        }
    }

    /// Reads the archive once; what is wrong with what came, null where nothing is.
    private @Nullable String once(Task task, int restarts)
            throws IOException, FillException, InterruptedException {
        ObjectDetails details = describer.describe(task.listing.source(), task.object);
        SourceObject now = details.object();
        if (!Objects.equals(now.version(), task.object.version())) {
            throw new FillException(
                    Reason.OBJECT_CHANGED, task.shown() + " changed since it was listed", null);
        }
        Catalog.Cursor known = restarts == 0 ? null : cursor.copy();
        try (ArchiveStream stream =
                new ArchiveStream(context, task.listing.source(), details, task.sha256 != null)) {
            String damage = null;
            UnpackedArchive archive = new UnpackedArchive(context, filler, task, stream, known);
            try {
                archive.read();
            } catch (BadArchiveException e) {
                // The bytes may have been damaged on the way: their digest tells.
                damage = String.valueOf(e.getMessage());
                rest(stream);
            } catch (PassedThrough e) {
                return told(task, e);
            }
            String mismatch = stream.mismatch();
            if (mismatch != null) {
                archive.undo();
                return mismatch;
            }
            if (damage != null) {
                throw new FillException(
                        Reason.INVALID_CONFIGURATION, task.shown() + ": " + damage, null);
            }
            requirePin(task, stream);
            if (!stream.verified() && context.verify() == Verify.FULL) {
                context.meter().couldNotVerify();
            }
            return null;
        } catch (PassedThrough e) {
            return told(task, e);
        }
    }

    /// What the archive's own bytes were cut off by.
    ///
    /// @return why it has to be read again
    private String told(Task task, PassedThrough e) throws FillException, InterruptedException {
        context.check();
        return switch (e.getCause()) {
            case ArchiveStream.Restart restart -> String.valueOf(restart.getMessage());
            case FillException failed -> throw failed;
            case InterruptedException _ -> throw new InterruptedException();
            case SourceException.Changed changed when changed.unfit() ->
                    String.valueOf(changed.getMessage());
            case SourceException failed ->
                    throw new FillException(
                            failed.reason(), String.valueOf(failed.getMessage()), failed);
            case null, default ->
                    throw new FillException(
                            Reason.INTERNAL_ERROR, task.shown() + ": " + e.getCause(), e);
        };
    }

    private static void rest(ArchiveStream stream) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        while (stream.read(buffer, 0, buffer.length) >= 0) {}
    }

    private static void requirePin(Task task, ArchiveStream stream) throws FillException {
        if (task.sha256 != null && !task.sha256.equals(stream.sha256())) {
            throw new FillException(
                    Reason.DIGEST_MISMATCH,
                    task.shown()
                            + " does not have the sha256 that the specification pins, "
                            + task.sha256,
                    null);
        }
    }

    /// Gives the files of all archives to the committer, and makes their directories. Everything is listed.
    void commit(Committer committer) throws FillException, InterruptedException {
        if (context.unpacked().isEmpty()) {
            return;
        }
        String doing = "naming what was unpacked";
        try {
            Outcomes.Reader outcomes = context.outcomes().reader();
            Catalog.Cursor all = context.catalog().cursor();
            for (Catalog.Entry entry = all.nextListed(); entry != null; entry = all.nextListed()) {
                if (context.unpacked().contains(entry.index())) {
                    context.check();
                    doing = "naming " + entry.path();
                    commit(entry, outcomes, committer);
                }
            }
        } catch (IOException e) {
            context.check();
            throw FillException.ofTarget(e, doing);
        }
    }

    private void commit(Catalog.Entry entry, Outcomes.Reader outcomes, Committer committer)
            throws IOException, InterruptedException {
        SourceObject object = entry.object();
        if (object == null) {
            if (!entry.path().isEmpty()) {
                context.leftovers()
                        .retryAfterRemoval(() -> context.target().makeDirectories(entry.path()));
            }
            return;
        }
        if (context.unpacked().isFinished(entry.index())) {
            return;
        }
        Outcomes.Copied copied = outcomes.copied(entry.index());
        committer.add(
                new Committer.CompleteFile(
                        entry.index(),
                        EarlierAttempts.idOf(
                                context.inputs().get(entry.input()).source(), object, entry.path()),
                        entry.path(),
                        copied.size(),
                        object.modifiedMillis(),
                        new Journal.Done(DigestKind.CRC32C, copied.digest(), false),
                        copied.sha256()));
    }
}
