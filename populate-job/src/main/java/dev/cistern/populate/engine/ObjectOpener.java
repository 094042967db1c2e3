package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.Hash64;
import dev.cistern.populate.target.PartialFile;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Begins and completes single objects: what is there already, in which ranges the rest is fetched, whether the whole is right.
final class ObjectOpener {
    /// Stands for a directory in the copier's queue.
    static final SourceObject DIRECTORY = new SourceObject("", -1, "", 0);

    private static final long ID_SEED = 0x6369737465726eL;

    private final CopyContext context;
    private final Committer committer;

    ObjectOpener(CopyContext context, Committer committer) {
        this.context = context;
        this.committer = committer;
    }

    Source source(Catalog.Entry entry) {
        return context.inputs().get(entry.input()).source();
    }

    /// The object with its key in the store: the catalog holds only its path.
    SourceObject withKey(Catalog.Entry entry, SourceObject listed) {
        FillRequest.Input input = context.inputs().get(entry.input());
        String path = entry.path();
        String relative = input.into().isEmpty() ? path : path.substring(input.into().length() + 1);
        return new SourceObject(
                input.source().keyOf(relative),
                listed.size(),
                listed.version(),
                listed.modifiedMillis());
    }

    private long idOf(Catalog.Entry entry, SourceObject object) {
        String text =
                source(entry).identity()
                        + '\n'
                        + object.key()
                        + '\n'
                        + object.version()
                        + '\n'
                        + object.size()
                        + '\n'
                        + object.modifiedMillis()
                        + '\n'
                        + entry.path();
        return Hash64.of(ID_SEED, text, text.length());
    }

    /// What earlier attempts have already taken of the volume for an object, in bytes.
    long spaceTaken(Catalog.Entry entry) {
        SourceObject listed = entry.object();
        if (listed == null) {
            return 0;
        }
        long id = idOf(entry, withKey(entry, listed));
        if (context.journal().doneBefore(id) != null) {
            return listed.size();
        }
        long fetched =
                context.journal().blocksBefore(id).stream().mapToLong(Journal.Block::length).sum();
        return Math.max(fetched, context.journal().reservedBefore(id));
    }

    /// Begins an object; null when there is nothing to fetch.
    ///
    /// @param division how it is to be divided if nothing of it is there
    @Nullable ObjectCopy open(Catalog.Entry entry, SourceObject object, Ranges.Division division)
            throws FillException, InterruptedException {
        try {
            if (object == DIRECTORY) {
                context.target().makeDirectories(entry.path());
                committer.noteDirectory(entry.path());
                return null;
            }
            long id = idOf(entry, object);
            if (finishedBefore(entry, object, id)) {
                return null;
            }
            return openUnfinished(entry, object, id, division);
        } catch (IOException e) {
            throw FillException.ofTarget(e, "opening " + entry.path());
        }
    }

    private boolean finishedBefore(Catalog.Entry entry, SourceObject object, long id)
            throws IOException {
        Journal.Done done = context.journal().doneBefore(id);
        if (done == null) {
            return false;
        }
        BasicFileAttributes attributes = context.target().finished(entry.path());
        if (attributes == null
                || attributes.size() != object.size()
                || (object.dated()
                        && attributes.lastModifiedTime().toMillis() != object.modifiedMillis())) {
            return false;
        }
        // Without a date nothing else would show that somebody wrote into it since.
        if (!done.trusted() || !object.dated()) {
            try (FileChannel file =
                    FileChannel.open(context.target().at(entry.path()), StandardOpenOption.READ)) {
                if (Digester.crc(file, done.kind(), 0, object.size()) != done.digest()) {
                    return false;
                }
            }
        }
        context.catalog().copied(entry.index(), (byte) done.kind().ordinal(), done.digest());
        context.meter().resumed(object.size());
        context.meter().fileDone();
        return true;
    }

    private @Nullable ObjectCopy openUnfinished(
            Catalog.Entry entry, SourceObject object, long id, Ranges.Division division)
            throws IOException, FillException, InterruptedException {
        boolean pin = context.inputs().get(entry.input()).sha256() != null;
        List<Journal.Block> before = new ArrayList<>(context.journal().blocksBefore(id));
        boolean small = object.size() <= Ranges.ALWAYS_WHOLE_BYTES;
        boolean inOrder = division == Ranges.Division.IN_ORDER && before.isEmpty();
        ObjectDigest offered = null;
        if (!(small && inOrder) && context.verify() == Verify.FULL) {
            ObjectDetails details = describe(entry, object);
            if (!details.object().version().equals(object.version())
                    || details.object().size() != object.size()) {
                // It changed since it was listed: begin with what it is now.
                object = details.object();
                id = idOf(entry, object);
                before = new ArrayList<>(context.journal().blocksBefore(id));
            }
            offered = details.digest();
        }
        DigestKind kind =
                offered != null && offered.kind().combines() && offered.parts() == 0
                        ? offered.kind()
                        : DigestKind.CRC32C;
        boolean kept = !before.isEmpty() || context.journal().reservedBefore(id) > 0;
        PartialFile file = context.target().openPartial(id, kept);
        boolean opened = false;
        try {
            ObjectCopy copy =
                    new ObjectCopy(entry, object, id, file, kind, offered, inOrder && !kept, pin);
            if (object.size() > Ranges.ALWAYS_WHOLE_BYTES) {
                if (context.journal().reservedBefore(id) == 0
                        && context.target().allocate(id, object.size())) {
                    context.journal().reserved(id, object.size());
                }
                if (!readBack(copy, offered, pin)) {
                    context.target().bypassCache(file);
                }
            }
            Ranges.plan(copy, before, division, context.meter());
            opened = true;
            return copy;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /// Whether the whole has to be read again for its digest, so that its bytes had better be in the page cache.
    private static boolean readBack(ObjectCopy copy, @Nullable ObjectDigest offered, boolean pin) {
        if (offered != null && offered.parts() > 0) {
            return true;
        }
        return !copy.inOrder() && (pin || (offered != null && offered.kind() != copy.kind()));
    }

    private ObjectDetails describe(Catalog.Entry entry, SourceObject object)
            throws FillException, InterruptedException {
        Patience patience = context.newPatience();
        while (true) {
            try {
                ObjectDetails details = source(entry).describe(object);
                patience.progress();
                // A store that gives no version in this answer has not changed the object.
                SourceObject now = details.object();
                String version = now.version().isEmpty() ? object.version() : now.version();
                // Listings may carry finer times than headers; the content is the same.
                long modified =
                        version.equals(object.version())
                                ? object.modifiedMillis()
                                : now.modifiedMillis();
                return new ObjectDetails(
                        new SourceObject(object.key(), now.size(), version, modified),
                        details.digest());
            } catch (SourceException.Retryable e) {
                context.check();
                patience.pause(e);
            } catch (SourceException.Changed e) {
                throw new FillException(e.reason(), e.getMessage() + "; it was listed before", e);
            } catch (SourceException e) {
                throw new FillException(e.reason(), String.valueOf(e.getMessage()), e);
            }
        }
    }

    /// What the object of a spoilt copy is now.
    SourceObject describeAgain(ObjectCopy copy) throws FillException, InterruptedException {
        SourceObject now = describe(copy.entry, copy.object).object();
        context.meter().sizeChanged(now.size() - copy.object.size());
        return now;
    }

    /// Throws away what was fetched of an object.
    void drop(ObjectCopy copy) throws IOException {
        context.meter().undone(copy.fetchedBytes());
        copy.file.close();
        context.target().dropPartial(copy.id);
        context.journal().forgotten(copy.id);
    }

    /// Compares what arrived with what was promised; null when it is right and on its way to its name, else what is wrong.
    @Nullable String complete(ObjectCopy copy)
            throws IOException, FillException, InterruptedException {
        SourceObject object = copy.object;
        long digest = object.size() == 0 ? 0 : copy.digest();
        if (!copy.inOrder()) {
            copy.file.truncate(object.size());
        }
        String wrong = object.size() == 0 ? null : mismatch(copy, digest);
        if (wrong != null) {
            return wrong;
        }
        checkPin(copy);
        context.steps().reached(Steps.Step.FILE_VERIFIED);
        copy.file.close();
        long modified = object.modifiedMillis();
        if (object.dated()) {
            context.target().setModified(copy.id, modified);
        }
        SourceObject listed = copy.entry.object();
        if (listed == null
                || listed.size() != object.size()
                || listed.modifiedMillis() != modified) {
            context.catalog().replaced(copy.entry.index(), object);
        }
        committer.add(
                new Committer.Arrived(
                        copy.entry.index(),
                        copy.id,
                        copy.entry.path(),
                        object.size(),
                        modified,
                        copy.kind(),
                        digest));
        return null;
    }

    private @Nullable String mismatch(ObjectCopy copy, long digest)
            throws IOException, FillException, InterruptedException {
        ObjectDigest offered = copy.offered();
        if (offered != null && offered.parts() > 0 && offered.partSize() == 0) {
            // A digest over parts came with the bytes; how large the parts are is another question
            // to the store.
            ObjectDetails details = describe(copy.entry, copy.object);
            ObjectDigest withParts = details.digest();
            if (withParts == null || !details.object().version().equals(copy.object.version())) {
                return "the object changed after it was copied";
            }
            copy.expect(withParts);
        }
        return copy.mismatch(digest);
    }

    private void checkPin(ObjectCopy copy) throws IOException, FillException {
        String pin = context.inputs().get(copy.entry.input()).sha256();
        if (pin == null) {
            return;
        }
        String actual = copy.sha256();
        if (!actual.equals(pin)) {
            throw new FillException(
                    Reason.DIGEST_MISMATCH,
                    "object "
                            + copy.object.key()
                            + " in "
                            + source(copy.entry).name()
                            + " has sha256 "
                            + actual
                            + ", the specification pins "
                            + pin,
                    null);
        }
    }
}
